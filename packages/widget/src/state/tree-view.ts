import type { TreeNode } from '@ide-assistant/sdk/protocol';
import { byName } from './first-file.ts';

/** One visible line of the file tree. */
export interface TreeRow {
  path: string;
  name: string;
  kind: TreeNode['kind'];
  /** Depth, from 1. */
  level: number;
  expanded: boolean;
  /** Place among its siblings, from 1. */
  position: number;
  siblings: number;
}

/** The lines that are visible while the named directories are open: directories first, then by name. */
export function visibleRows(
  nodes: readonly TreeNode[],
  expanded: ReadonlySet<string>,
  level = 1,
): TreeRow[] {
  const sorted = [...nodes].sort(
    (a, b) => Number(b.kind === 'directory') - Number(a.kind === 'directory') || byName(a, b),
  );
  return sorted.flatMap((node, index) => {
    const open = node.kind === 'directory' && expanded.has(node.path);
    const row: TreeRow = {
      path: node.path,
      name: node.name,
      kind: node.kind,
      level,
      expanded: open,
      position: index + 1,
      siblings: sorted.length,
    };
    return open ? [row, ...visibleRows(node.children ?? [], expanded, level + 1)] : [row];
  });
}

/** What a key does in the tree. */
export type TreeMove =
  | { kind: 'focus'; path: string }
  | { kind: 'expand' | 'collapse' | 'activate'; path: string };

/**
 * The keyboard of a tree view.
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/treeview/
 */
export function moveInTree(
  rows: readonly TreeRow[],
  focused: string,
  key: string,
): TreeMove | null {
  const index = rows.findIndex((row) => row.path === focused);
  const row = rows[index];
  if (row === undefined) return null;
  const focus = (target: TreeRow | undefined): TreeMove | null =>
    target ? { kind: 'focus', path: target.path } : null;
  switch (key) {
    case 'ArrowDown':
      return focus(rows[index + 1]);
    case 'ArrowUp':
      return focus(rows[index - 1]);
    case 'Home':
      return focus(rows[0]);
    case 'End':
      return focus(rows.at(-1));
    case 'Enter':
    case ' ':
      return { kind: 'activate', path: row.path };
    case 'ArrowRight':
      if (row.kind === 'file') return null;
      return row.expanded ? focus(childOf(rows, index)) : { kind: 'expand', path: row.path };
    case 'ArrowLeft':
      if (row.expanded) return { kind: 'collapse', path: row.path };
      return focus(rows.slice(0, index).findLast((above) => above.level < row.level));
    default:
      return key.length === 1 ? focus(nextStartingWith(rows, index, key)) : null;
  }
}

function childOf(rows: readonly TreeRow[], index: number): TreeRow | undefined {
  const next = rows[index + 1];
  return next && next.level > rows[index]!.level ? next : undefined;
}

function nextStartingWith(rows: readonly TreeRow[], index: number, letter: string) {
  const wanted = letter.toLowerCase();
  return [...rows.slice(index + 1), ...rows.slice(0, index)].find((row) =>
    row.name.toLowerCase().startsWith(wanted),
  );
}
