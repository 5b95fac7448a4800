import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mergeTexts } from '../../src/edits/index.ts';
import { changeLines, pick, randomPair, seededRandom } from './random-texts.ts';

const base = 'one\ntwo\nthree\nfour\nfive\nsix\n';
const clean = (text: string) => ({ clean: true, text });

describe('merging two texts over their base', () => {
  test('takes edits that lie apart from both sides', () => {
    const mine = base.replace('one', 'ONE');
    const theirs = base.replace('six', 'SIX');
    expect(mergeTexts(base, mine, theirs)).toEqual(clean('ONE\ntwo\nthree\nfour\nfive\nSIX\n'));
  });

  test('takes an edit that both sides have made once', () => {
    const both = base.replace('three', '3');
    const theirs = both.replace('six', 'SIX');
    expect(mergeTexts(base, both, theirs)).toEqual(clean(theirs));
  });

  test('reports a line that both sides have changed, and where it is in mine', () => {
    const mine = `zero\n${base.replace('four', 'mine')}`;
    const theirs = base.replace('four', 'theirs');
    expect(mergeTexts(base, mine, theirs)).toEqual({
      clean: false,
      conflicts: [{ base: 'four\n', mine: 'mine\n', theirs: 'theirs\n', line: 5 }],
    });
  });

  test('reports different insertions at one place', () => {
    const mine = base.replace('two\n', 'two\nmine\n');
    const theirs = base.replace('two\n', 'two\ntheirs\n');
    expect(mergeTexts(base, mine, theirs)).toEqual({
      clean: false,
      conflicts: [{ base: '', mine: 'mine\n', theirs: 'theirs\n', line: 3 }],
    });
  });

  test('reports edits of neighbouring lines, between which nothing is unchanged', () => {
    const result = mergeTexts(base, base.replace('two', '2'), base.replace('three', '3'));
    expect(result).toMatchObject({
      clean: false,
      conflicts: [{ base: 'two\nthree\n', mine: '2\nthree\n', theirs: 'two\n3\n', line: 2 }],
    });
  });

  test('reports a change of a line that the other side has deleted', () => {
    const mine = base.replace('three\n', '');
    const theirs = base.replace('three', '3');
    expect(mergeTexts(base, mine, theirs)).toMatchObject({
      clean: false,
      conflicts: [{ base: 'three\n', mine: '', theirs: '3\n', line: 3 }],
    });
  });

  test('reports every place of several', () => {
    const mine = base.replace('one', 'm1').replace('six', 'm6');
    const theirs = base.replace('one', 't1').replace('six', 't6');
    expect(mergeTexts(base, mine, theirs)).toMatchObject({
      clean: false,
      conflicts: [{ line: 1 }, { line: 6 }],
    });
  });

  test('joins a change that bridges two changes of the other side', () => {
    const mine = base.replace('two', '2').replace('four', '4');
    const theirs = base.replace('two\nthree\nfour\n', 'all\n');
    expect(mergeTexts(base, mine, theirs)).toMatchObject({
      clean: false,
      conflicts: [{ base: 'two\nthree\nfour\n', mine: '2\nthree\n4\n', theirs: 'all\n', line: 2 }],
    });
  });
});

describe('line endings and edges', () => {
  const windows = base.replaceAll('\n', '\r\n');

  test('stay CRLF when both sides have CRLF', () => {
    const result = mergeTexts(windows, windows.replace('one', '1'), windows.replace('six', '6'));
    expect(result).toEqual(clean(windows.replace('one', '1').replace('six', '6')));
  });

  test('become LF when one side has turned them, without a conflict on every line', () => {
    const mine = base.replace('one', '1');
    expect(mergeTexts(windows, mine, windows.replace('six', '6'))).toEqual(
      clean(mine.replace('six', '6')),
    );
  });

  test('stay as they are on each line where a text mixes them', () => {
    const mixed = 'a\r\nb\nc\r\nd\ne\n';
    expect(mergeTexts(mixed, mixed.replace('a', 'A'), mixed.replace('e', 'E'))).toEqual(
      clean('A\r\nb\nc\r\nd\nE\n'),
    );
  });

  test('keep a missing final line feed', () => {
    expect(mergeTexts('a\nb\nc\nd', 'A\nb\nc\nd', 'a\nb\nc\nD')).toEqual(clean('A\nb\nc\nD'));
  });

  test('take a final line feed that one side adds while the other appends a line', () => {
    expect(mergeTexts('a\nb', 'a\nb\n', 'a\nb\nc')).toEqual(clean('a\nb\nc\n'));
  });

  test('keep a byte order mark, and drop it when one side has', () => {
    const marked = `\uFEFF${base}`;
    expect(mergeTexts(marked, marked.replace('one', '1'), marked.replace('six', '6'))).toEqual(
      clean(marked.replace('one', '1').replace('six', '6')),
    );
    expect(mergeTexts(marked, base, marked.replace('six', '6'))).toEqual(
      clean(base.replace('six', '6')),
    );
  });

  test('leave an empty file empty when one side has deleted all of an unchanged text', () => {
    expect(mergeTexts('a', '', 'a\n')).toEqual(clean(''));
    expect(mergeTexts('a\nb\n', '', 'a\nb\n')).toEqual(clean(''));
  });

  test('put two files that began empty against each other', () => {
    expect(mergeTexts('', 'a\n', 'b\n')).toMatchObject({
      clean: false,
      conflicts: [{ base: '', mine: 'a\n', theirs: 'b\n', line: 1 }],
    });
  });
});

describe('random texts', () => {
  test('merge to the changed side where only one has changed, for 1,000 pairs', () => {
    const random = seededRandom(6);
    for (let round = 0; round < 1_000; round++) {
      const { oldText, newText } = randomPair(random);
      expect(mergeTexts(oldText, newText, oldText)).toEqual(clean(newText));
      expect(mergeTexts(oldText, oldText, newText)).toEqual(clean(newText));
      expect(mergeTexts(oldText, newText, newText)).toEqual(clean(newText));
    }
  });

  test('merge cleanly and rightly where unchanged lines lie between, for 1,000 triples', () => {
    const random = seededRandom(7);
    for (let round = 0; round < 1_000; round++) {
      // Lines are all different, so what a merge must give is known by construction.
      const part = (name: string) => Array.from({ length: 5 }, (_, line) => `${name}${line}`);
      const [first, middle, last] = [part('a'), part('b'), part('c')];
      const changedFirst = changeLines(random, first);
      const changedLast = changeLines(random, last);
      const text = (...parts: string[][]) => `${parts.flat().join('\n')}\n`;
      const result = mergeTexts(
        text(first, middle, last),
        text(changedFirst, middle, last),
        text(first, middle, changedLast),
      );
      expect(result).toEqual(clean(text(changedFirst, middle, changedLast)));
    }
  });

  test('give the same with the sides exchanged, for 1,000 triples', () => {
    const random = seededRandom(8);
    let [cleanCount, conflictCount] = [0, 0];
    for (let round = 0; round < 1_000; round++) {
      const lines = Array.from({ length: 30 }, (_, index) => `${index % 17}`);
      const base = `${lines.join('\n')}\n`;
      const mine = `${changeLines(random, lines).join('\n')}\n`;
      const theirs = `${changeLines(random, lines).join('\n')}\n`;
      const there = mergeTexts(base, mine, theirs);
      const back = mergeTexts(base, theirs, mine);
      if (there.clean && back.clean) {
        expect(back.text).toBe(there.text);
        cleanCount += 1;
      } else {
        expect([there.clean, back.clean]).toEqual([false, false]);
        conflictCount += 1;
      }
    }
    expect(cleanCount).toBeGreaterThan(100);
    expect(conflictCount).toBeGreaterThan(100);
  });

  test('never merge cleanly to something else than git does, for 60 triples', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'merge-'));
    try {
      const random = seededRandom(9);
      let compared = 0;
      for (let round = 0; round < 60; round++) {
        const lines = Array.from({ length: 40 }, (_, index) => `line ${index}`);
        const change = () =>
          lines.with(pick(random, 40), `changed ${round}`).toSpliced(pick(random, 40), 1);
        const texts = [change(), lines, change()].map((side) => `${side.join('\n')}\n`);
        const [mine, base, theirs] = texts as [string, string, string];
        const ours = mergeTexts(base, mine, theirs);
        const git = await mergeWithGit(directory, texts);
        if (!ours.clean || git === null) continue;
        expect(ours.text).toBe(git);
        compared += 1;
      }
      expect(compared).toBeGreaterThan(20);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

/** What `git merge-file` makes of mine, base and theirs; null for a conflict. */
async function mergeWithGit(directory: string, texts: readonly string[]): Promise<string | null> {
  const files = ['mine', 'base', 'theirs'].map((name) => join(directory, name));
  await Promise.all(files.map((file, index) => writeFile(file, texts[index] ?? '')));
  return new Promise((resolve, reject) => {
    execFile('git', ['merge-file', '-p', ...files], (error, stdout) => {
      if (error === null) resolve(stdout);
      else if (typeof error.code === 'number' && error.code < 128) resolve(null);
      else reject(error);
    });
  });
}
