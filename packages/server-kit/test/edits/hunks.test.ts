import { applyPatch, parsePatch } from 'diff';
import { describe, expect, test } from 'vitest';
import { applyHunks, hunksOf, unifiedDiff } from '../../src/edits/index.ts';
import { pick, randomPair, seededRandom } from './random-texts.ts';

const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `line ${index + 1}`);
const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

function withLine(lines: readonly string[], number: number, content: string): string[] {
  return lines.with(number - 1, content);
}

describe('hunks', () => {
  test('show three lines of context around a change', () => {
    const lines = numbered(20);
    expect(hunksOf(textOf(lines), textOf(withLine(lines, 10, 'changed')))).toEqual([
      {
        id: 'h1',
        old_start: 7,
        old_lines: 7,
        new_start: 7,
        new_lines: 7,
        lines: [
          ' line 7',
          ' line 8',
          ' line 9',
          '-line 10',
          '+changed',
          ' line 11',
          ' line 12',
          ' line 13',
        ],
      },
    ]);
  });

  test('are one where their context would meet, and two where a line lies between', () => {
    const lines = numbered(30);
    const near = withLine(withLine(lines, 10, 'x'), 17, 'y');
    const far = withLine(withLine(lines, 10, 'x'), 18, 'y');
    expect(hunksOf(textOf(lines), textOf(near)).map(({ id }) => id)).toEqual(['h1']);
    expect(hunksOf(textOf(lines), textOf(far)).map(({ id }) => id)).toEqual(['h1', 'h2']);
  });

  test('are none for equal texts', () => {
    expect(hunksOf('a\n', 'a\n')).toEqual([]);
    expect(hunksOf('', '')).toEqual([]);
  });

  test('start at line 0 on a side that is empty', () => {
    expect(hunksOf('', 'a\nb\n')).toEqual([
      { id: 'h1', old_start: 0, old_lines: 0, new_start: 1, new_lines: 2, lines: ['+a', '+b'] },
    ]);
    expect(hunksOf('a\n', '')).toMatchObject([
      { old_start: 1, old_lines: 1, new_start: 0, new_lines: 0, lines: ['-a'] },
    ]);
  });

  test('keep carriage returns, so that a change of line endings is seen', () => {
    expect(hunksOf('a\r\n', 'a\n')[0]?.lines).toEqual(['-a\r', '+a']);
  });

  test('show a line feed that was added at the end', () => {
    expect(hunksOf('a\nb', 'a\nb\n')[0]?.lines).toEqual([' a', '-b', '+b']);
  });

  test('take a rewritten file of 20,000 lines as one change', () => {
    const lines = numbered(20_000);
    const rewritten = lines.map((line) => `${line}!`);
    const hunks = hunksOf(textOf(lines), textOf(rewritten));
    expect(hunks).toHaveLength(1);
    expect(applyHunks(textOf(lines), textOf(rewritten))).toBe(textOf(rewritten));
  });

  test('still lead to the new text where the shortest difference is too long to search for', () => {
    const random = seededRandom(5);
    const shuffle = (): string => textOf(Array.from({ length: 6_000 }, () => `${pick(random, 9)}`));
    const [oldText, newText] = [shuffle(), shuffle()];
    expect(hunksOf(oldText, newText)).toHaveLength(1);
    expect(applyHunks(oldText, newText)).toBe(newText);
  });

  test('survive a text of 500,000 empty lines', () => {
    const [oldText, newText] = ['\n'.repeat(500_000), 'a\n'.repeat(500_000)];
    expect(applyHunks(oldText, newText)).toBe(newText);
  });
});

describe('applying hunks', () => {
  const lines = numbered(40);
  const oldText = textOf(lines);
  const newText = textOf(withLine(withLine(withLine(lines, 5, 'one'), 20, 'two'), 35, 'three'));

  test('applies only those that were chosen', () => {
    expect(applyHunks(oldText, newText, ['h2'])).toBe(textOf(withLine(lines, 20, 'two')));
    expect(applyHunks(oldText, newText, ['h3', 'h1'])).toBe(
      textOf(withLine(withLine(lines, 5, 'one'), 35, 'three')),
    );
  });

  test('refuses an id that is not there', () => {
    expect(() => applyHunks(oldText, newText, ['h1', 'h4'])).toThrow(
      expect.objectContaining({ code: 'invalid_message', message: expect.stringContaining('h4') }),
    );
  });

  test('turns an empty file into a whole one and back', () => {
    expect(applyHunks('', 'a\r\nb')).toBe('a\r\nb');
    expect(applyHunks('a\r\nb', '')).toBe('');
  });

  test('gives the new text with all hunks, and the old one with none, for 2,000 random pairs', () => {
    const random = seededRandom(1);
    for (let round = 0; round < 2_000; round++) {
      const { oldText, newText } = randomPair(random);
      expect(applyHunks(oldText, newText)).toBe(newText);
      expect(applyHunks(oldText, newText, [])).toBe(oldText);
    }
  });

  test('gives what another program makes of the same hunks, for each choice of 1,000 pairs', () => {
    const random = seededRandom(2);
    let partial = 0;
    for (let round = 0; round < 1_000; round++) {
      const { oldText, newText } = randomPair(random);
      const hunks = hunksOf(oldText, newText);
      const chosen = hunks.filter(() => random() < 0.5);
      const [patch] = parsePatch(unifiedDiff('file', oldText, newText));
      if (!patch || chosen.length === 0) continue;
      if (chosen.length < hunks.length) partial += 1;
      const indexes = new Set(chosen.map(({ id }) => Number(id.slice(1)) - 1));
      const subset = { ...patch, hunks: patch.hunks.filter((_, index) => indexes.has(index)) };
      const applied = applyPatch(oldText, subset, { autoConvertLineEndings: false });
      expect(
        applyHunks(
          oldText,
          newText,
          chosen.map(({ id }) => id),
        ),
      ).toBe(applied);
    }
    expect(partial).toBeGreaterThan(100);
  });

  test('never lets two hunks cover one line, and counts their lines rightly, for 1,000 pairs', () => {
    const random = seededRandom(3);
    for (let round = 0; round < 1_000; round++) {
      const { oldText, newText } = randomPair(random);
      let oldEnd = 0;
      for (const hunk of hunksOf(oldText, newText)) {
        const start = hunk.old_lines === 0 ? hunk.old_start : hunk.old_start - 1;
        expect(start).toBeGreaterThanOrEqual(oldEnd);
        oldEnd = start + hunk.old_lines;
        expect(hunk.lines.filter((line) => !line.startsWith('+'))).toHaveLength(hunk.old_lines);
        expect(hunk.lines.filter((line) => !line.startsWith('-'))).toHaveLength(hunk.new_lines);
      }
    }
  });
});
