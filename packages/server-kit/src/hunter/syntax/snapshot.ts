import type { Tree } from 'web-tree-sitter';
import type { Syntax, SyntaxNode, SyntaxProblem } from './node.ts';

/**
 * Copies a tree into plain objects. Each read of a wasm node crosses into the module, so one pass
 * here costs less than the several passes that follow would.
 */
export function snapshot(tree: Tree): Syntax {
  const { types, fields } = tree.language;
  const broken = tree.rootNode.hasError;
  const problems: SyntaxProblem[] = [];
  const cursor = tree.walk();
  try {
    const copy = (): SyntaxNode => ({
      type: types[cursor.nodeTypeId] ?? cursor.nodeType,
      start: cursor.startIndex,
      end: cursor.endIndex,
      named: cursor.nodeIsNamed,
      field: fields[cursor.currentFieldId] ?? null,
      children: [],
    });
    const root = copy();
    const ancestors: SyntaxNode[] = [];
    let node = root;
    for (;;) {
      if (broken) note(node);
      if (cursor.gotoFirstChild()) {
        ancestors.push(node);
      } else {
        while (!cursor.gotoNextSibling()) {
          ancestors.pop();
          if (ancestors.length === 0) return { root, problems };
          cursor.gotoParent();
        }
      }
      node = copy();
      // Tokens without a role, as brackets, say nothing that their parent's type does not.
      if (node.named || node.field !== null) ancestors.at(-1)?.children.push(node);
    }
  } finally {
    cursor.delete();
  }

  function note(node: SyntaxNode): void {
    if (cursor.nodeIsMissing) {
      problems.push({ start: node.start, end: node.end, missing: node.type });
    } else if (node.type === 'ERROR') {
      problems.push({ start: node.start, end: node.end, missing: undefined });
    }
  }
}
