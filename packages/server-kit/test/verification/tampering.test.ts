import { createPrivateKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openAuditLog, pae, type DsseEnvelope } from '../../src/verification/index.ts';
import { readLogLines, statement, temporaryDirectory, writeLog } from './fixtures.ts';

const count = 9;

interface Attack {
  lines: string[];
  /** The log's own key, for an attacker who stole it. */
  stolenKey: KeyObject;
}

/** The first `covered` entries are under the checkpoint; the others are newer, as after a crash. */
async function writtenLog(covered: number): Promise<string> {
  const directory = await temporaryDirectory();
  await writeLog(directory, covered);
  if (covered === count) return directory;
  const checkpoint = join(directory, 'checkpoint');
  await copyFile(checkpoint, `${checkpoint}.old`);
  await writeLog(directory, count - covered);
  await copyFile(`${checkpoint}.old`, checkpoint);
  return directory;
}

async function attack(directory: string, change: (attack: Attack) => string[]): Promise<void> {
  const lines = await readLogLines(directory);
  const stolenKey = createPrivateKey(await readFile(join(directory, 'key.pem'), 'utf8'));
  const changed = change({ lines, stolenKey });
  await writeFile(join(directory, 'log.jsonl'), changed.map((line) => `${line}\n`).join(''));
}

function lineAt(lines: readonly string[], index: number): string {
  const line = lines[index];
  if (line === undefined) throw new Error(`The log has no entry ${index}.`);
  return line;
}

/** The line with another actor, signed again if a key is given. */
function forge(line: string, key?: KeyObject): string {
  const envelope = JSON.parse(line) as DsseEnvelope;
  const text = Buffer.from(envelope.payload, 'base64').toString().replace('"ada"', '"eve"');
  const payload = Buffer.from(text);
  const [signature] = envelope.signatures;
  const sig = key && sign(null, pae(envelope.payloadType, payload), key).toString('base64');
  return JSON.stringify({
    ...envelope,
    payload: payload.toString('base64'),
    signatures: [{ ...signature, ...(sig === undefined ? {} : { sig }) }],
  });
}

const foreignKey = generateKeyPairSync('ed25519').privateKey;

const attacks: [string, string, (attack: Attack) => string[]][] = [
  ['edits the first entry', 'SIGNATURE', ({ lines }) => lines.with(0, forge(lineAt(lines, 0)))],
  ['edits a middle entry', 'SIGNATURE', ({ lines }) => lines.with(4, forge(lineAt(lines, 4)))],
  [
    'edits an entry and signs it with a foreign key',
    'SIGNATURE',
    ({ lines }) => lines.with(4, forge(lineAt(lines, 4), foreignKey)),
  ],
  [
    'edits an entry and signs it with the stolen key',
    'CHAIN',
    ({ lines, stolenKey }) => lines.with(4, forge(lineAt(lines, 4), stolenKey)),
  ],
  ['deletes the first entry', 'SEQ', ({ lines }) => lines.slice(1)],
  ['deletes a middle entry', 'SEQ', ({ lines }) => lines.toSpliced(4, 1)],
  [
    'swaps two entries',
    'SEQ',
    ({ lines }) => lines.with(4, lineAt(lines, 5)).with(5, lineAt(lines, 4)),
  ],
  ['doubles a middle entry', 'SEQ', ({ lines }) => lines.toSpliced(4, 0, lineAt(lines, 4))],
  ['doubles the last entry', 'SEQ', ({ lines }) => [...lines, lineAt(lines, count - 1)]],
  ['inserts a line that is no entry', 'PARSE', ({ lines }) => lines.toSpliced(4, 0, '{}')],
  ['inserts an empty line', 'PARSE', ({ lines }) => lines.toSpliced(4, 0, '')],
  [
    'writes the same envelope in another order',
    'CHAIN',
    ({ lines }) => {
      const { payloadType, payload, signatures } = JSON.parse(lineAt(lines, 4)) as DsseEnvelope;
      return lines.with(4, JSON.stringify({ signatures, payload, payloadType }));
    },
  ],
  [
    'adds an unsigned field to an envelope',
    'CHAIN',
    ({ lines }) => lines.with(4, lineAt(lines, 4).replace('{', '{"note":"x",')),
  ],
  [
    'changes the payload type',
    'PAYLOAD_TYPE',
    ({ lines }) => lines.with(4, lineAt(lines, 4).replace('in-toto+json', 'other+json')),
  ],
];

describe('a log that somebody changed does not open', () => {
  describe.each([
    ['all entries are under the checkpoint', count],
    ['the checkpoint is older than the change', 2],
  ])('when %s', (_, covered) => {
    test.each(attacks)('and one %s', async (_name, finding, change) => {
      const directory = await writtenLog(covered);
      await attack(directory, change);

      await expect(openAuditLog({ directory })).rejects.toMatchObject({
        code: 'AUDIT_TAMPERED',
        finding,
        message: expect.stringContaining(finding),
      });
    });
  });

  test.each<[string, string, (attack: Attack) => string[]]>([
    ['deletes the last entry', 'TRUNCATED', ({ lines }) => lines.slice(0, -1)],
    ['deletes all entries', 'TRUNCATED', () => []],
    ['edits the last entry', 'ROOT', ({ lines }) => lines.with(8, forge(lineAt(lines, 8)))],
    [
      'edits the last entry with the stolen key',
      'ROOT',
      ({ lines, stolenKey }) => lines.with(8, forge(lineAt(lines, 8), stolenKey)),
    ],
  ])('when one %s', async (_, finding, change) => {
    const directory = await writtenLog(count);
    await attack(directory, change);

    await expect(openAuditLog({ directory })).rejects.toMatchObject({
      code: 'AUDIT_TAMPERED',
      finding,
    });
  });

  test.each<[string, (attack: Attack) => string[]]>([
    ['edited', ({ lines }) => lines.with(8, forge(lineAt(lines, 8)))],
    [
      'edited and signed with a foreign key',
      ({ lines }) => lines.with(8, forge(lineAt(lines, 8), foreignKey)),
    ],
  ])('when its last entry, newer than the checkpoint, was %s', async (_, change) => {
    const directory = await writtenLog(2);
    await attack(directory, change);

    await expect(openAuditLog({ directory })).rejects.toMatchObject({
      finding: 'SIGNATURE',
      index: 8,
    });
  });

  test('when the file ends inside an entry that the checkpoint covers, and it is left as it is', async () => {
    const directory = await writtenLog(count);
    const path = join(directory, 'log.jsonl');
    const cut = (await readFile(path)).subarray(0, -20);
    await writeFile(path, cut);

    await expect(openAuditLog({ directory })).rejects.toMatchObject({ finding: 'TRUNCATED' });
    expect(await readFile(path)).toEqual(cut);
  });

  test('when entries of another log are put in their place', async () => {
    const directory = await writtenLog(count);
    const other = await writtenLog(count);
    await copyFile(join(other, 'log.jsonl'), join(directory, 'log.jsonl'));

    await expect(openAuditLog({ directory })).rejects.toMatchObject({ finding: 'ROOT' });
  });

  test.each<[string, string, (directory: string, other: string) => Promise<unknown>]>([
    [
      'its key is exchanged',
      'SIGNATURE',
      (directory, other) => copyFile(join(other, 'key.pem'), join(directory, 'key.pem')),
    ],
    [
      'its checkpoint is exchanged',
      'SIGNATURE',
      (directory, other) => copyFile(join(other, 'checkpoint'), join(directory, 'checkpoint')),
    ],
    ['its key is removed', 'KEY', (directory) => rm(join(directory, 'key.pem'))],
    ['its checkpoint is removed', 'CHECKPOINT', (directory) => rm(join(directory, 'checkpoint'))],
    ['its entries are removed', 'TRUNCATED', (directory) => rm(join(directory, 'log.jsonl'))],
    [
      'its entries and its checkpoint are removed',
      'CHECKPOINT',
      async (directory) => {
        await rm(join(directory, 'log.jsonl'));
        await rm(join(directory, 'checkpoint'));
      },
    ],
    [
      'its entries and its key are removed',
      'KEY',
      async (directory) => {
        await rm(join(directory, 'log.jsonl'));
        await rm(join(directory, 'key.pem'));
      },
    ],
  ])('when %s', async (_, finding, change) => {
    const directory = await writtenLog(count);
    await change(directory, await writtenLog(count));

    await expect(openAuditLog({ directory })).rejects.toMatchObject({
      code: 'AUDIT_TAMPERED',
      finding,
    });
  });

  test('names the entry that was changed', async () => {
    const directory = await writtenLog(count);
    await attack(directory, ({ lines }) => lines.with(4, forge(lineAt(lines, 4))));

    await expect(openAuditLog({ directory })).rejects.toMatchObject({
      index: 4,
      message: expect.stringContaining('entry 4'),
    });
  });

  test('and does not keep the lock: once repaired, it opens', async () => {
    const directory = await writtenLog(count);
    const path = join(directory, 'log.jsonl');
    await copyFile(path, `${path}.good`);
    await attack(directory, ({ lines }) => lines.slice(1));
    await expect(openAuditLog({ directory })).rejects.toMatchObject({ code: 'AUDIT_TAMPERED' });

    await copyFile(`${path}.good`, path);
    const log = await openAuditLog({ directory });
    expect(log.size).toBe(count);
    expect(await log.append(statement())).toMatchObject({ index: count });
    await log.close();
  });

  test.each([count, 2])('and an untouched one does, with %i entries covered', async (covered) => {
    const directory = await writtenLog(covered);
    const log = await openAuditLog({ directory });
    expect(log.size).toBe(count);
    await log.close();
  });
});
