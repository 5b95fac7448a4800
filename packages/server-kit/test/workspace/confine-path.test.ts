import { describe, expect, expectTypeOf, test } from 'vitest';
import { confinePath, readFile, type ConfinedPath } from '../../src/workspace/index.ts';

describe('a confined path', () => {
  test.each([
    'main.py',
    'src/deep/er/file.test.ts',
    '.env',
    '...',
    '..hidden/a..b',
    'with space/ü-日本-🙂.md',
    'e\u0301.txt',
    '%2e%2e%2fetc%2fpasswd',
    '．．/ａ',
    '-rf',
    'CON',
  ])('keeps %j as it was given', (path) => {
    expect(confinePath(path)).toEqual({ path, segments: path.split('/') });
  });

  test.each([
    '../../etc/passwd',
    '..',
    'src/../../x',
    'src/..',
    '/etc/passwd',
    '//host/share',
    '..\\..\\windows',
    'src\\main.py',
    '\\\\host\\share',
    'C:/Windows',
    'C:main.py',
    'main.py:stream',
    'main.py::$DATA',
    'file:///etc/passwd',
  ])('refuses %j, which leads out of the workspace', (path) => {
    expect(() => confinePath(path)).toThrow(
      expect.objectContaining({ code: 'path_outside_workspace' }),
    );
  });

  test.each([
    '',
    '.',
    './main.py',
    'src/./main.py',
    'src//main.py',
    'src/',
    'a\0.py',
    'a\n.py',
    'a\x7f.py',
    'a\u0085.py',
    'gpj\u202Eexe.py',
    'a\u2028b',
    'a\uD800b',
    'x'.repeat(256),
    'ü'.repeat(128),
    `${'d/'.repeat(2048)}f`,
  ])('refuses %j, which is no path', (path) => {
    expect(() => confinePath(path)).toThrow(expect.objectContaining({ code: 'invalid_message' }));
  });

  test('may be as long as the file system allows', () => {
    expect(confinePath('x'.repeat(255)).segments).toHaveLength(1);
    expect(confinePath(`${'d/'.repeat(2047)}ff`).segments).toHaveLength(2048);
    expect(() => confinePath('abc', { maxBytes: 2 })).toThrow('longer than 2 bytes');
  });

  test('is the workspace itself only where that is asked for', () => {
    expect(confinePath('', { allowRoot: true })).toEqual({ path: '', segments: [] });
    expect(() => confinePath('/', { allowRoot: true })).toThrow('absolute');
  });

  test('cannot be made by hand', () => {
    expectTypeOf<{ path: string; segments: string[] }>().not.toExtend<ConfinedPath>();
    expectTypeOf(readFile).parameter(1).toEqualTypeOf<ConfinedPath>();
  });
});
