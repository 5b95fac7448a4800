import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { leafHash, MerkleTree, writeCheckpoint } from '../../src/verification/index.ts';
import { alterHash, alterPayload } from './alter.ts';
import { recordLog, type RecordedLog } from './recorded-log.ts';
import { buildTlogCheck, type TlogCheck } from './tlog-check.ts';

const { privateKey } = generateKeyPairSync('ed25519');
let directory: string;
let tlog: TlogCheck;
let log: RecordedLog;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tlog-check-'));
  return () => rm(directory, { recursive: true, force: true });
});

beforeAll(async () => {
  [tlog, log] = await Promise.all([buildTlogCheck(directory), recordLog({ key: privateKey })]);
});

function trustIn({ origin, keys }: Pick<RecordedLog, 'origin' | 'keys'>) {
  return { origin, keys: keys.map(({ x }) => x) };
}

function checkpointOf(size: number, { checkpoints } = log): string {
  const note = checkpoints.get(size);
  if (note === undefined) throw new Error(`No checkpoint was taken at ${size}.`);
  return note;
}

function treeOf(lines: readonly string[]): MerkleTree {
  const tree = new MerkleTree();
  for (const line of lines) tree.push(leafHash(Buffer.from(line)));
  return tree;
}

describe('Go’s transparency log', () => {
  test('finds in the lines the root of each checkpoint, which the log’s key signed', async () => {
    for (const [size, checkpoint] of log.checkpoints) {
      const verdict = await tlog.ask('log', { trust: trustIn(log), checkpoint, lines: log.lines });
      expect(verdict).toEqual({ answer: { size } });
    }
    expect([...log.checkpoints.keys()]).toEqual([1, 41, 64, log.lines.length]);
  });

  const changed = 'invalid signature for key example.com/ide/1';
  const unknown = 'note has no verifiable signatures';

  test.each<[string, string, (checkpoint: string) => string]>([
    ['of another size', changed, (checkpoint) => checkpoint.replace('\n73\n', '\n72\n')],
    ['of another root', changed, (checkpoint) => checkpoint.replace(/\n[\w+/]{43}=\n/, anyRoot)],
    ['of another log', changed, (checkpoint) => checkpoint.replace('example', 'exampIe')],
    ['signed for another log', unknown, (checkpoint) => checkpoint.replace('— e', '— E')],
    ['signed by a stranger', unknown, () => signedBy(generateKeyPairSync('ed25519').privateKey)],
    ['without a signature', 'malformed note', (checkpoint) => checkpoint.split('—')[0] ?? ''],
  ])('refuses a checkpoint %s', async (_, reason, change) => {
    const checkpoint = change(checkpointOf(73));
    expect(checkpoint).not.toBe(checkpointOf(73));

    const verdict = await tlog.ask('log', { trust: trustIn(log), checkpoint, lines: log.lines });

    expect(verdict).toEqual({ refusal: expect.stringContaining(reason) as string });
  });

  test.each<[string, (lines: string[]) => string[]]>([
    ['an altered line', (lines) => lines.with(50, alterPayload(lines[50] ?? ''))],
    ['a line formatted anew', (lines) => lines.with(50, (lines[50] ?? '').replace(',', ', '))],
    ['two lines swapped', ([first = '', second = '', ...rest]) => [second, first, ...rest]],
    ['a line doubled', ([first = '', ...rest]) => [first, first, ...rest]],
    ['a line left out', (lines) => [...lines.slice(1), lines[0] ?? '']],
  ])('refuses %s', async (_, change) => {
    const question = {
      trust: trustIn(log),
      checkpoint: checkpointOf(73),
      lines: change(log.lines),
    };

    const verdict = await tlog.ask('log', question);

    expect(verdict).toEqual({
      refusal: expect.stringContaining('the root of the lines') as string,
    });
  });

  test('refuses a log that is shorter than its checkpoint', async () => {
    const [trust, checkpoint] = [trustIn(log), checkpointOf(73)];
    const verdict = await tlog.ask('log', { trust, checkpoint, lines: log.lines.slice(0, -1) });
    expect(verdict).toEqual({ refusal: '72 lines, but the checkpoint covers 73\n' });
  });
});

const anyRoot = `\n${Buffer.alloc(32, 1).toString('base64')}\n`;

function signedBy(key: KeyObject): string {
  const root = treeOf(log.lines).root();
  return writeCheckpoint({ origin: log.origin, size: log.lines.length, root }, key);
}

describe('Go’s proof of an entry', () => {
  test('is the one that an audit request gets', async () => {
    expect(log.proofs).toHaveLength(73);
    for (const index of [0, 1, 40, 41, 63, 64, 71, 72]) {
      const verdict = await tlog.ask('inclusion', {
        trust: trustIn(log),
        proof: log.proofs[index],
      });
      expect(verdict).toEqual({ answer: { size: 73 } });
    }
  });

  type Answer = RecordedLog['proofs'][number];

  test.each<[string, (answer: Answer) => Answer]>([
    ['an altered line', (answer) => ({ ...answer, line: alterPayload(answer.line) })],
    ['the line of another entry', (answer) => ({ ...answer, line: log.lines[39] ?? '' })],
    ['another place', (answer) => ({ ...answer, index: answer.index + 1 })],
    [
      'an altered hash',
      (answer) => withHashes(answer, (all) => all.with(2, alterHash(all[2] ?? ''))),
    ],
    ['a hash too few', (answer) => withHashes(answer, (all) => all.slice(1))],
    ['a hash too many', (answer) => withHashes(answer, (all) => [...all, ...all.slice(0, 1)])],
    ['hashes out of order', (answer) => withHashes(answer, (all) => all.toReversed())],
  ])('is refused for %s', async (_, change) => {
    const proof = change(log.proofs[40] as Answer);
    const verdict = await tlog.ask('inclusion', { trust: trustIn(log), proof });
    expect(verdict).toEqual({ refusal: 'invalid transparency proof\n' });
  });

  function withHashes(answer: Answer, change: (hashes: string[]) => string[]): Answer {
    return { ...answer, proof: { ...answer.proof, hashes: change(answer.proof.hashes) } };
  }
});

describe('Go’s proof of growth', () => {
  test('is the one that the log gives from each checkpoint to each later one', async () => {
    expect(log.growth).toHaveLength(10);
    for (const { old_size, tree_size, hashes, checkpoint } of log.growth) {
      const question = {
        trust: trustIn(log),
        old: checkpointOf(old_size),
        new: checkpoint,
        hashes,
      };
      expect(await tlog.ask('consistency', question)).toEqual({ answer: { size: tree_size } });
    }
  });

  test('does not lead from a checkpoint to that of a fork, though the same key signed both', async () => {
    const forked = log.lines.with(20, alterPayload(log.lines[20] ?? ''));
    const fork = treeOf(forked);
    const noteOf = (size: number) =>
      writeCheckpoint({ origin: log.origin, size, root: fork.root(size) }, privateKey);
    const growth = (old: string, size: number) =>
      tlog.ask('consistency', {
        trust: trustIn(log),
        old,
        new: noteOf(73),
        hashes: fork.consistency(size).map((hash) => hash.toString('hex')),
      });

    // By itself the fork is sound.
    const whole = { trust: trustIn(log), checkpoint: noteOf(73), lines: forked };
    expect(await tlog.ask('log', whole)).toEqual({ answer: { size: 73 } });
    for (const size of [41, 64, 73]) {
      expect(await growth(noteOf(size), size)).toEqual({ answer: { size: 73 } });
      const verdict = await growth(checkpointOf(size), size);
      expect(verdict).toEqual({ refusal: 'invalid transparency proof\n' });
    }
    // What both have in common proves nothing against either.
    expect(await growth(checkpointOf(1), 1)).toEqual({ answer: { size: 73 } });
  });

  test.each<[string, (hashes: string[]) => string[]]>([
    ['an altered hash', (hashes) => hashes.with(1, alterHash(hashes[1] ?? ''))],
    ['a hash too few', (hashes) => hashes.slice(0, -1)],
    ['a hash too many', (hashes) => [...hashes, ...hashes.slice(0, 1)]],
  ])('is refused with %s', async (_, change) => {
    const { hashes } = log.growth.find(isFrom41To73) ?? { hashes: [] };
    const ends = { trust: trustIn(log), old: checkpointOf(41), new: checkpointOf(73) };
    const verdict = await tlog.ask('consistency', { ...ends, hashes: change(hashes) });
    expect(verdict).toEqual({ refusal: 'invalid transparency proof\n' });
  });

  function isFrom41To73({ old_size, tree_size }: RecordedLog['growth'][number]): boolean {
    return old_size === 41 && tree_size === 73;
  }
});

test('every root and every proof in trees of up to 70 leaves are the same hashes in the same order', async () => {
  const leaves = Array.from({ length: 70 }, (_, place) => `leaf ${place}`);
  const tree = treeOf(leaves);
  const inHex = (hashes: Buffer[]) => hashes.map((hash) => hash.toString('hex'));
  const ours = leaves.map((_last, last) => {
    const size = last + 1;
    const places = Array.from({ length: size }, (_, place) => place);
    return {
      root: tree.root(size).toString('hex'),
      inclusion: places.map((place) => inHex(tree.inclusion(place, size))),
      consistency: places.map((place) => inHex(tree.consistency(place + 1, size))),
    };
  });

  expect(await tlog.ask('tree', { leaves })).toEqual({ answer: ours });
});

describe('a log that has changed its key twice', () => {
  test('is followed through all three by whoever has the published keys', async () => {
    const changed = await recordLog({ newKeyAt: [20, 50] });
    const trust = trustIn(changed);
    expect(new Set(trust.keys).size).toBe(3);

    for (const [size, checkpoint] of changed.checkpoints) {
      const verdict = await tlog.ask('log', { trust, checkpoint, lines: changed.lines });
      expect(verdict).toEqual({ answer: { size } });
    }
    for (const { old_size, tree_size, hashes, checkpoint } of changed.growth) {
      const ends = { old: checkpointOf(old_size, changed), new: checkpoint };
      const verdict = await tlog.ask('consistency', { trust, ...ends, hashes });
      expect(verdict).toEqual({ answer: { size: tree_size } });
    }
    for (const index of [0, 19, 20, 21, 49, 50, 51, 72]) {
      const verdict = await tlog.ask('inclusion', { trust, proof: changed.proofs[index] });
      expect(verdict).toEqual({ answer: { size: 73 } });
    }
  });

  test('signs its checkpoints by the key of the time and by no other', async () => {
    const changed = await recordLog({ newKeyAt: [20, 50] });
    const { origin, lines } = changed;
    for (const [size, place] of [
      [1, 0],
      [41, 1],
      [64, 2],
      [73, 2],
    ] as const) {
      const verdicts = changed.keys.map((key) => {
        const trust = trustIn({ origin, keys: [key] });
        return tlog.ask('log', { trust, checkpoint: checkpointOf(size, changed), lines });
      });
      const good = (await Promise.all(verdicts)).map((verdict) => 'answer' in verdict);
      expect(good).toEqual([0, 1, 2].map((key) => key === place));
    }
  });
});
