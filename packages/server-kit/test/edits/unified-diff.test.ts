import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { unifiedDiff } from '../../src/edits/index.ts';
import { randomPair, seededRandom } from './random-texts.ts';

const run = promisify(execFile);
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'unified-diff-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function applyWithGit(path: string, oldText: string, patch: string): Promise<string> {
  await writeFile(join(directory, path), oldText);
  await writeFile(join(directory, 'change.patch'), patch);
  await run('git', ['apply', '--whitespace=nowarn', 'change.patch'], { cwd: directory });
  return readFile(join(directory, path), 'utf8').catch(() => '');
}

describe('a unified diff', () => {
  test('has a and b before the path, and marks a missing line feed at the end', () => {
    expect(unifiedDiff('src/a.py', 'x = 1\ny = 2', 'x = 1\ny = 3\n')).toBe(
      [
        '--- a/src/a.py',
        '+++ b/src/a.py',
        '@@ -1,2 +1,2 @@',
        ' x = 1',
        '-y = 2',
        '\\ No newline at end of file',
        '+y = 3',
        '',
      ].join('\n'),
    );
  });

  test('is empty for equal texts', () => {
    expect(unifiedDiff('a', 'same\n', 'same\n')).toBe('');
  });

  test.each([
    ['an empty file that is filled', '', 'a\nb\n'],
    ['a file that is emptied', 'a\nb\n', ''],
    ['Windows line endings', 'a\r\nb\r\nc\r\n', 'a\r\nB\r\nc\r\n'],
    ['a line feed that is taken away', 'a\n', 'a'],
    ['a byte order mark', '\uFEFFa\n', '\uFEFFb\n'],
  ])('is applied by git: %s', async (_, oldText, newText) => {
    const patch = unifiedDiff('file.txt', oldText, newText);
    expect(await applyWithGit('file.txt', oldText, patch)).toBe(newText);
  });

  test('is applied by git for a name that must be quoted', async () => {
    const patch = unifiedDiff('größe "1".txt', 'a\n', 'b\n');
    expect(await applyWithGit('größe "1".txt', 'a\n', patch)).toBe('b\n');
  });

  test('is applied by git for 40 random pairs', async () => {
    const random = seededRandom(4);
    for (let round = 0; round < 40; round++) {
      const { oldText, newText } = randomPair(random);
      if (oldText === newText) continue;
      const patch = unifiedDiff('file.txt', oldText, newText);
      expect(await applyWithGit('file.txt', oldText, patch)).toBe(newText);
    }
  });
});
