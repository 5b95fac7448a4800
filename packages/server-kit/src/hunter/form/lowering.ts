import { parts, type SyntaxNode } from '../syntax/node.ts';
import type { Expression, OpaqueForm, Span } from './form.ts';

/** Nesting beyond which an expression becomes opaque, so that generated code cannot exhaust the stack. */
export const maxDepth = 200;

/** Nesting beyond which statements are left out, for the same reason. */
export const maxNesting = 200;

/** An expression of unknown meaning, whose parts are still looked at. */
export function opaque(node: Span, children: readonly Expression[] = []): OpaqueForm {
  return { kind: 'opaque', start: node.start, end: node.end, children };
}

/** The start and end of a node, without the rest of it. */
export function spanOf(node: Span): Span {
  return { start: node.start, end: node.end };
}

/** Takes a chain of left-nested `+` apart, first operand first. */
export function chainOf(node: SyntaxNode, type: string, source: string): SyntaxNode[] {
  const operands: SyntaxNode[] = [];
  let current = node;
  while (current.type === type) {
    const left = current.children.find((child) => child.field === 'left');
    const right = current.children.find((child) => child.field === 'right');
    const operator = current.children.find((child) => child.field === 'operator');
    if (left === undefined || right === undefined || operator === undefined) break;
    if (source.slice(operator.start, operator.end) !== '+') break;
    operands.push(right);
    current = left;
  }
  operands.push(current);
  return operands.reverse();
}

/** Named children, with the contents of error nodes in their place. */
export function recoveredParts(node: SyntaxNode): SyntaxNode[] {
  return parts(node).flatMap((part) => (part.type === 'ERROR' ? recoveredParts(part) : [part]));
}
