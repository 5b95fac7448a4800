import type { TreeNode } from '@ide-assistant/sdk/protocol';

/** First file of the tree in display order, top level before deeper ones. */
export function firstFile(nodes: readonly TreeNode[]): TreeNode | undefined {
  const sorted = [...nodes].sort(byName);
  const here = sorted.find((node) => node.kind === 'file');
  if (here) return here;
  for (const node of sorted) {
    const below = firstFile(node.children ?? []);
    if (below) return below;
  }
  return undefined;
}

/** Orders by code units, as the server lists. */
export function byName(a: TreeNode, b: TreeNode): number {
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}
