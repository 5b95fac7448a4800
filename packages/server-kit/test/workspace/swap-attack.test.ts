import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdir,
  readFile as readHostFile,
  readdir,
  realpath,
  rm,
  writeFile as writeHostFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  confinePath,
  createDirectory,
  listDirectory,
  readFile,
  removeDirectory,
  removeFile,
  renamePath,
  writeFile,
} from '../../src/workspace/index.ts';
import { codeOf, openScratch, type Scratch } from './scratch.ts';

const attacker = fileURLToPath(new URL('swap-attacker.mjs', import.meta.url));
const file = confinePath('tree/d/file.txt');
const inside = Buffer.from('inside');
const maxBytes = 1_000;
const timeout = 60_000;

/** A workspace in which `tree/d` is swapped with a link to a directory outside until the test ends. */
async function openUnderAttack(): Promise<Scratch & { swaps(): number }> {
  const scratch = await openScratch();
  await writeHostFile(join(scratch.outside, 'file.txt'), 'secret');
  const child = fork(attacker, [scratch.host('tree'), scratch.outside], { execArgv: [] });
  let swaps = 0;
  child.on('message', (message: { swaps: number }) => void (swaps = message.swaps));
  // Registered after the scratch, so it runs before the directory is removed.
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    child.send('stop');
    await ended;
  });
  await once(child, 'message');
  return { ...scratch, swaps: () => swaps };
}

async function expectOutsideUntouched({ outside }: Scratch): Promise<void> {
  expect(await readdir(outside)).toEqual(['file.txt']);
  expect(await readHostFile(join(outside, 'file.txt'), 'utf8')).toBe('secret');
}

/**
 * Counts the outcomes of many attempts, ten side by side as requests are, until there were enough
 * of them and of swaps for the test to mean something.
 */
async function tally(
  scratch: { swaps(): number },
  rounds: number,
  attempt: () => Promise<string>,
): Promise<Map<string, number>> {
  const outcomes = new Map<string, number>();
  const enough = (done: number): boolean => done >= rounds && scratch.swaps() >= 500;
  for (let done = 0; !enough(done) && done < 50 * rounds; done += 10) {
    for (const outcome of await Promise.all(Array.from({ length: 10 }, attempt))) {
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  }
  expect(scratch.swaps()).toBeGreaterThanOrEqual(500);
  return outcomes;
}

const outcomeOf = async (promise: Promise<unknown>): Promise<string> =>
  (await codeOf(promise)) ?? 'done';

describe.runIf(process.platform === 'linux')('a directory swapped with a link', { timeout }, () => {
  test('is a real attack: a path that is checked and then opened reads the secret', async () => {
    const scratch = await openUnderAttack();
    const hostPath = scratch.host('tree/d/file.txt');
    const checkThenOpen = async (): Promise<string> => {
      try {
        const actual = await realpath(hostPath);
        if (!actual.startsWith(`${scratch.root}/`)) return 'refused';
        return await readHostFile(hostPath, 'utf8');
      } catch {
        return 'missing';
      }
    };
    let leaks = 0;
    for (let tries = 0; leaks === 0 && tries < 500; tries++) {
      leaks += (await tally(scratch, 100, checkThenOpen)).get('secret') ?? 0;
    }
    expect(leaks).toBeGreaterThan(0);
  });

  test('never leads a read outside', async () => {
    const scratch = await openUnderAttack();
    const outcomes = await tally(scratch, 5_000, async () => {
      try {
        return (await readFile(scratch.workspace, file, { maxBytes })).bytes.toString();
      } catch (error) {
        return outcomeOf(Promise.reject(error));
      }
    });
    expect(outcomes.get('secret')).toBeUndefined();
    expect(outcomes.get('inside')).toBeGreaterThan(0);
  });

  test('never leads a write outside, of an old file, a new one or a directory', async () => {
    const scratch = await openUnderAttack();
    const { workspace } = scratch;
    let count = 0;
    const outcomes = await tally(scratch, 2_000, () => {
      const fresh = confinePath(`tree/d/new-${count++}`);
      const mode = 'create';
      const attempts = [
        () => writeFile(workspace, file, inside, { maxBytes, makeParents: true }),
        () => writeFile(workspace, fresh, inside, { maxBytes, mode }),
        () => createDirectory(workspace, fresh),
        () => renamePath(workspace, file, fresh),
      ];
      return outcomeOf(attempts[count % attempts.length]?.() ?? Promise.resolve());
    });
    expect(outcomes.get('done')).toBeGreaterThan(0);
    await expectOutsideUntouched(scratch);
  });

  test('never leads a delete outside', async () => {
    const scratch = await openUnderAttack();
    const outcomes = await tally(scratch, 2_000, async () => {
      await codeOf(writeFile(scratch.workspace, file, inside, { maxBytes }));
      return outcomeOf(removeFile(scratch.workspace, file));
    });
    expect(outcomes.get('done')).toBeGreaterThan(0);
    await expectOutsideUntouched(scratch);
  });

  test('never leads the delete of a tree outside', async () => {
    const scratch = await openUnderAttack();
    const outcomes = await tally(scratch, 150, async () => {
      try {
        await mkdir(scratch.host('tree/sub'), { recursive: true });
      } catch (error) {
        // One of the other nine deleted `tree` before `sub` was made in it. Node says ENOTDIR
        // where that was between its attempt to make `tree` and its look at what is there.
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT' || code === 'ENOTDIR') return 'gone';
        throw error;
      }
      const tree = removeDirectory(scratch.workspace, confinePath('tree'), { recursive: true });
      return outcomeOf(tree);
    });
    expect(outcomes.get('done')).toBeGreaterThan(0);
    await expectOutsideUntouched(scratch);
  });

  test('never leads a listing outside', async () => {
    const scratch = await openUnderAttack();
    await writeHostFile(join(scratch.outside, 'only-outside.txt'), '');
    const outcomes = await tally(scratch, 1_000, async () => {
      const listing = listDirectory(scratch.workspace, confinePath('tree/d'));
      const names = await listing
        .then(({ tree }) => tree.map(({ name }) => name))
        .catch((): string[] => []);
      return names.includes('only-outside.txt') ? 'leak' : names.length > 0 ? 'listed' : 'refused';
    });
    expect(outcomes.get('leak')).toBeUndefined();
    expect(outcomes.get('listed')).toBeGreaterThan(0);
    await rm(join(scratch.outside, 'only-outside.txt'));
  });
});
