import { generateKeyPairSync } from 'node:crypto';
import type { DsseEnvelope, TamperFinding } from '../../src/verification/index.ts';
import {
  changeAt,
  count,
  forge,
  intentAt,
  lineAt,
  resultAt,
  rewriteFrom,
  type Scene,
} from './scene.ts';

/** One way to tamper with the lines of a log, and what a check must say about it. */
export interface Attack {
  how: string;
  finding: TamperFinding;
  index: number;
  kind?: 'plain' | 'rotated';
  change: (scene: Scene) => string[];
}

const stranger = generateKeyPairSync('ed25519').privateKey;
const strangersName = 'f'.repeat(64);

const withField = (line: string) => line.replace('{', '{"note":"approved",');

/** Changes to a line that its signature does not cover. */
const bends: [how: string, bend: (line: string) => string][] = [
  ['adds an unsigned field', withField],
  ['states the payload twice', (line) => line.replace('{', '{"payload":"e30=",')],
  ['puts other characters into the base64', (line) => line.replace('"payload":"', '"payload":"!!')],
  [
    'adds a foreign signature',
    (line) => line.replace('"signatures":[', '"signatures":[{"keyid":"eve","sig":"AA=="},'),
  ],
  ['renames the key', (line) => line.replace(/"keyid":"[^"]*"/, `"keyid":"${'f'.repeat(64)}"`)],
  ['removes the name of the key', (line) => line.replace(/"keyid":"[^"]*",/, '')],
  ['adds white space', (line) => line.replaceAll('":"', '": "')],
  ['adds a carriage return', (line) => `${line}\r`],
];

/** Attacks that show in the lines alone, whatever the checkpoint covers. */
export const attacksOnLines: Attack[] = [
  {
    how: 'edits the first entry',
    finding: 'SIGNATURE',
    index: 0,
    change: ({ lines }) => lines.with(0, forge(lineAt(lines, 0))),
  },
  {
    how: 'edits a middle entry',
    finding: 'SIGNATURE',
    index: 4,
    change: ({ lines }) => lines.with(4, forge(lineAt(lines, 4))),
  },
  {
    how: 'edits one byte of a signature',
    finding: 'SIGNATURE',
    index: 4,
    change: ({ lines }) =>
      lines.with(
        4,
        lineAt(lines, 4).replace(/"sig":"(.)/, (_, c) => `"sig":"${c === 'A' ? 'B' : 'A'}`),
      ),
  },
  {
    how: 'edits an intent that has a result',
    finding: 'SIGNATURE',
    index: intentAt,
    change: ({ lines }) => lines.with(intentAt, forge(lineAt(lines, intentAt))),
  },
  {
    how: 'edits the outcome in a result',
    finding: 'SIGNATURE',
    index: resultAt,
    change: ({ lines }) => {
      const edit = (text: string) => text.replace('"outcome":"ok"', '"outcome":"no"');
      return lines.with(resultAt, forge(lineAt(lines, resultAt), { edit }));
    },
  },
  {
    how: 'edits an entry and signs it with a foreign key under its own name',
    finding: 'FOREIGN_KEY',
    index: 4,
    change: ({ lines }) =>
      lines.with(4, forge(lineAt(lines, 4), { key: stranger, keyid: strangersName })),
  },
  {
    how: 'edits an entry and signs it with a foreign key under the name of ours',
    finding: 'SIGNATURE',
    index: 4,
    change: ({ lines }) => lines.with(4, forge(lineAt(lines, 4), { key: stranger })),
  },
  {
    how: 'edits an entry and signs it with the stolen key',
    finding: 'CHAIN',
    index: 5,
    change: ({ lines, stolenKey: key }) => lines.with(4, forge(lineAt(lines, 4), { key })),
  },
  {
    how: 'deletes the first entry',
    finding: 'MISSING',
    index: 0,
    change: ({ lines }) => lines.slice(1),
  },
  {
    how: 'deletes a middle entry',
    finding: 'MISSING',
    index: 4,
    change: ({ lines }) => lines.toSpliced(4, 1),
  },
  {
    how: 'deletes several entries',
    finding: 'MISSING',
    index: 2,
    change: ({ lines }) => lines.toSpliced(2, 3),
  },
  {
    how: 'deletes a result alone',
    finding: 'MISSING',
    index: resultAt,
    change: ({ lines }) => lines.toSpliced(resultAt, 1),
  },
  {
    how: 'swaps two neighbours',
    finding: 'ORDER',
    index: 5,
    change: ({ lines }) => lines.with(4, lineAt(lines, 5)).with(5, lineAt(lines, 4)),
  },
  {
    how: 'moves an entry to the front',
    finding: 'ORDER',
    index: 7,
    change: ({ lines }) => [lineAt(lines, 7), ...lines.toSpliced(7, 1)],
  },
  {
    how: 'moves an entry back',
    finding: 'ORDER',
    index: 2,
    change: ({ lines }) => lines.toSpliced(2, 1).toSpliced(6, 0, lineAt(lines, 2)),
  },
  {
    how: 'doubles a middle entry',
    finding: 'DUPLICATE',
    index: 4,
    change: ({ lines }) => lines.toSpliced(4, 0, lineAt(lines, 4)),
  },
  {
    how: 'puts the copy of an entry before it',
    finding: 'DUPLICATE',
    index: 6,
    change: ({ lines }) => lines.toSpliced(3, 0, lineAt(lines, 6)),
  },
  {
    how: 'doubles the last entry',
    finding: 'DUPLICATE',
    index: count - 1,
    change: ({ lines }) => [...lines, lineAt(lines, -1)],
  },
  {
    how: 'inserts an entry that the stolen key signed',
    finding: 'INSERTED',
    index: 4,
    change: ({ lines, stolenKey: key }) => lines.toSpliced(4, 0, forge(lineAt(lines, 4), { key })),
  },
  {
    how: 'inserts an entry of the same key, but of another chain',
    finding: 'INSERTED',
    index: 4,
    change: ({ lines, stolenKey: key }) =>
      lines.toSpliced(4, 0, lineAt(rewriteFrom(lines, 0, { key }), 4)),
  },
  {
    how: 'inserts an entry of another chain that claims an earlier place',
    finding: 'INSERTED',
    index: 5,
    change: ({ lines, stolenKey: key }) =>
      lines.toSpliced(5, 0, lineAt(rewriteFrom(lines, 0, { key }), 2)),
  },
  {
    how: 'inserts a line that is no entry',
    finding: 'PARSE',
    index: 4,
    change: ({ lines }) => lines.toSpliced(4, 0, '{}'),
  },
  {
    how: 'inserts an empty line',
    finding: 'PARSE',
    index: 4,
    change: ({ lines }) => lines.toSpliced(4, 0, ''),
  },
  {
    how: 'puts what is no entry in the place of one',
    finding: 'PARSE',
    index: 4,
    change: ({ lines }) => lines.with(4, '{}'),
  },
  {
    how: 'puts what is no entry in the place of three',
    finding: 'PARSE',
    index: 3,
    change: ({ lines }) => lines.toSpliced(3, 3, '{}', '{}', '{}'),
  },
  {
    how: 'inserts more empty lines than are looked at',
    finding: 'PARSE',
    index: 4,
    change: ({ lines }) => lines.toSpliced(4, 0, ...Array.from({ length: 300 }, () => '')),
  },
  {
    how: 'puts many empty lines in the place of two entries',
    finding: 'PARSE',
    index: 4,
    change: ({ lines }) => lines.toSpliced(4, 2, ...Array.from({ length: 300 }, () => '')),
  },
  {
    how: 'adds empty lines at the end',
    finding: 'PARSE',
    index: count,
    change: ({ lines }) => [...lines, '', '', ''],
  },
  {
    how: 'writes the same envelope in another order',
    finding: 'FORM',
    index: 4,
    change: ({ lines }) => {
      const { payloadType, payload, signatures } = JSON.parse(lineAt(lines, 4)) as DsseEnvelope;
      return lines.with(4, JSON.stringify({ signatures, payload, payloadType }));
    },
  },
  ...bends.map(([how, bend]): Attack => ({
    how: `${how} in a middle line`,
    finding: 'FORM',
    index: 4,
    change: ({ lines }) => lines.with(4, bend(lineAt(lines, 4))),
  })),
  ...bends.map(([how, bend]): Attack => ({
    how: `${how} in the last line`,
    finding: 'FORM',
    index: count - 1,
    change: ({ lines }) => lines.with(-1, bend(lineAt(lines, -1))),
  })),
  {
    how: 'adds an unsigned field to the change of key',
    finding: 'FORM',
    index: changeAt,
    kind: 'rotated',
    change: ({ lines }) => lines.with(changeAt, withField(lineAt(lines, changeAt))),
  },
  {
    how: 'inserts a copy of an entry with an unsigned field before it',
    finding: 'FORM',
    index: 4,
    change: ({ lines }) => lines.toSpliced(4, 0, withField(lineAt(lines, 4))),
  },
  {
    how: 'changes the payload type',
    finding: 'PAYLOAD_TYPE',
    index: 4,
    change: ({ lines }) => lines.with(4, lineAt(lines, 4).replace('in-toto+json', 'other+json')),
  },
  {
    how: 'moves time back with the stolen key',
    finding: 'TIME_BACKWARDS',
    index: 7,
    change: ({ lines, stolenKey: key }) => {
      const edit = (text: string) => text.replace(/"timestamp":"20\d\d/, '"timestamp":"2001');
      // The entry after it would be the one before in time, were it not moved back too.
      return rewriteFrom(rewriteFrom(lines, 8, { key, edit }), 7, { key, edit });
    },
  },
  {
    how: 'edits an entry and signs it with the key before',
    finding: 'KEY_RANGE',
    index: 7,
    kind: 'rotated',
    change: ({ lines, oldKey: key }) => lines.with(7, forge(lineAt(lines, 7), { key })),
  },
  {
    how: 'edits an entry and signs it with the key that came later',
    finding: 'KEY_RANGE',
    index: 2,
    kind: 'rotated',
    change: ({ lines, stolenKey: key }) => lines.with(2, forge(lineAt(lines, 2), { key })),
  },
  {
    how: 'edits the change of key',
    finding: 'SIGNATURE',
    index: changeAt,
    kind: 'rotated',
    change: ({ lines }) => {
      const edit = (text: string) => text.replace('"kind":"server"', '"kind":"user"');
      return lines.with(changeAt, forge(lineAt(lines, changeAt), { edit }));
    },
  },
  {
    how: 'deletes the change of key',
    finding: 'MISSING',
    index: changeAt,
    kind: 'rotated',
    change: ({ lines }) => lines.toSpliced(changeAt, 1),
  },
];

/** Attacks on the end of a log, which only a checkpoint over all of it shows. */
export const attacksOnTheEnd: Attack[] = [
  {
    how: 'deletes the last entry',
    finding: 'TRUNCATED',
    index: count - 1,
    change: ({ lines }) => lines.slice(0, -1),
  },
  {
    how: 'deletes all entries',
    finding: 'TRUNCATED',
    index: 0,
    change: () => [],
  },
];
