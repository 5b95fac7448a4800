/** A node of the syntax tree, copied out of the parser's memory. Offsets count UTF-16 code units. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  /** False for tokens such as operators, which are kept only where the grammar gives them a field. */
  readonly named: boolean;
  /** The role in the parent, as `left`; null where the grammar gives none. */
  readonly field: string | null;
  readonly children: SyntaxNode[];
}

/** A place where the text does not follow the grammar. */
export interface SyntaxProblem {
  readonly start: number;
  readonly end: number;
  /** The token that the parser had to invent, or undefined where it had to skip text. */
  readonly missing: string | undefined;
}

/** A parsed file. */
export interface Syntax {
  readonly root: SyntaxNode;
  readonly problems: readonly SyntaxProblem[];
}

/** First child in the role `field`. */
export function child(node: SyntaxNode, field: string): SyntaxNode | undefined {
  return node.children.find((candidate) => candidate.field === field);
}

/** All named children in the role `field`. */
export function childrenOf(node: SyntaxNode, field: string): SyntaxNode[] {
  return node.children.filter((candidate) => candidate.field === field && candidate.named);
}

/** First child of one of the given types. */
export function childOfType(node: SyntaxNode, ...types: string[]): SyntaxNode | undefined {
  return node.children.find((candidate) => types.includes(candidate.type));
}

/** Children that the grammar names, without comments. */
export function parts(node: SyntaxNode): SyntaxNode[] {
  return node.children.filter((candidate) => candidate.named && candidate.type !== 'comment');
}
