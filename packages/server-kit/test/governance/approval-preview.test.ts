import { describe, expect, test } from 'vitest';
import { approvalPreview, visibleText } from '../../src/governance/index.ts';
import { deletion } from './approval-fixtures.ts';

describe('the preview of a request', () => {
  test('says who asks and shows each field', () => {
    expect(approvalPreview(deletion)).toBe(
      ['ide_file_delete: asked by ada', 'path: src', 'recursive: true'].join('\n'),
    );
  });

  test('tells the assistant from the person that it acts for', () => {
    const principal = { ...deletion.principal, kind: 'assistant' as const };
    expect(approvalPreview({ ...deletion, principal })).toContain('asked by the assistant for ada');
  });

  test('shows code in full, set off from the fields around it', () => {
    const preview = approvalPreview({
      ...deletion,
      type: 'code_execute',
      input: { language: 'python', code: 'x = 1\npath: README.md', args: ['-v'] },
    });
    expect(preview).toBe(
      [
        'ide_code_execute: asked by ada',
        'language: python',
        'code:',
        '  | x = 1',
        '  | path: README.md',
        'args:',
        '  | [',
        '  |   "-v"',
        '  | ]',
      ].join('\n'),
    );
  });

  test('names the version of the file that the request was made against', () => {
    const baseHash = `sha256:${'0'.repeat(64)}`;
    expect(approvalPreview({ ...deletion, baseHash })).toContain(`base_hash: ${baseHash}`);
  });

  test('shows invisible characters in values, in nested values and in the name of the user', () => {
    const preview = approvalPreview({
      ...deletion,
      principal: { ...deletion.principal, userId: 'ada\u200B' },
      input: { path: 'a\u202Eb', args: ['\u2066x'] },
    });
    expect(preview).toContain('ada⟦U+200B⟧');
    expect(preview).toContain('path: a⟦U+202E⟧b');
    expect(preview).toContain('"⟦U+2066⟧x"');
  });

  test('says how much is missing when a request is too long to show', () => {
    const preview = approvalPreview({ ...deletion, input: { code: 'x'.repeat(300_000) } });
    expect(preview).toMatch(/\n… 3\d{4} more characters are not shown$/);
    expect(preview.length).toBeLessThan(262_144 + 100);
  });
});

describe('visible text', () => {
  test.each([
    ['a right-to-left override', 'a\u202Eb', 'a⟦U+202E⟧b'],
    ['an isolate', '\u2066', '⟦U+2066⟧'],
    ['a carriage return that would hide the line before it', 'rm -rf\rls', 'rm -rf⟦U+000D⟧ls'],
    ['an escape sequence of terminals', '\u001b[2K', '⟦U+001B⟧[2K'],
    ['a zero-width joiner', 'a\u200Db', 'a⟦U+200D⟧b'],
    ['a no-break space', 'a\u00A0b', 'a⟦U+00A0⟧b'],
    ['a line separator', 'a\u2028b', 'a⟦U+2028⟧b'],
    ['a Hangul filler', '\u3164', '⟦U+3164⟧'],
    ['a tag character beyond the first plane', '\u{E0041}', '⟦U+E0041⟧'],
    ['a lone surrogate', '\uD800', '⟦U+D800⟧'],
    ['a null', '\0', '⟦U+0000⟧'],
  ])('shows %s', (_what, text, shown) => {
    expect(visibleText(text)).toBe(shown);
  });

  test('leaves letters of all scripts, emoji, tabs and line breaks as they are', () => {
    const text = 'naïve\tПривет\n日本語 😀 {}';
    expect(visibleText(text)).toBe(text);
  });

  test('gives the same when applied twice', () => {
    const once = visibleText('a\u202Eb');
    expect(visibleText(once)).toBe(once);
  });
});
