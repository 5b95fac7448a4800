import { expect, test } from 'vitest';
import { firstFile } from '../../src/state/first-file.ts';
import { moveInTree, visibleRows } from '../../src/state/tree-view.ts';

const tree = [
  { name: 'b.py', path: 'b.py', kind: 'file' as const },
  { name: 'a.py', path: 'a.py', kind: 'file' as const },
  {
    name: 'src',
    path: 'src',
    kind: 'directory' as const,
    children: [{ name: 'c.py', path: 'src/c.py', kind: 'file' as const }],
  },
];
const open = visibleRows(tree, new Set(['src']));
const closed = visibleRows(tree, new Set());

test('directories come first, then names in order, and only open directories show their inside', () => {
  expect(open.map((row) => row.path)).toEqual(['src', 'src/c.py', 'a.py', 'b.py']);
  expect(closed.map((row) => row.path)).toEqual(['src', 'a.py', 'b.py']);
  expect(open[1]).toMatchObject({ level: 2, position: 1, siblings: 1 });
});

test.each([
  ['src', 'ArrowDown', { kind: 'focus', path: 'src/c.py' }],
  ['src', 'ArrowRight', { kind: 'focus', path: 'src/c.py' }],
  ['src', 'ArrowLeft', { kind: 'collapse', path: 'src' }],
  ['src/c.py', 'ArrowLeft', { kind: 'focus', path: 'src' }],
  ['src/c.py', 'Enter', { kind: 'activate', path: 'src/c.py' }],
  ['src', 'End', { kind: 'focus', path: 'b.py' }],
  ['b.py', 'Home', { kind: 'focus', path: 'src' }],
  ['src', 'b', { kind: 'focus', path: 'b.py' }],
  ['b.py', 'ArrowDown', null],
  ['src', 'PageDown', null],
])('from %s the key %s leads to %j', (from, key, expected) => {
  expect(moveInTree(open, from, key)).toEqual(expected);
});

test('a closed directory opens to the right', () => {
  expect(moveInTree(closed, 'src', 'ArrowRight')).toEqual({ kind: 'expand', path: 'src' });
});

test('the first file is the first at the top, else one further down', () => {
  expect(firstFile(tree)?.path).toBe('a.py');
  expect(firstFile(tree.slice(2))?.path).toBe('src/c.py');
  expect(firstFile([])).toBeUndefined();
});
