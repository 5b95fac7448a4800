import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';

/** Documentation comments by the dotted name of what they stand above, as `diff.base_hash`. */
export type SourceNotes = ReadonlyMap<string, string>;

/**
 * Reads the comments that the declarations of the protocol carry, so that a field is explained in
 * one place: beside its schema.
 *
 * @param folder Folder of the protocol's sources.
 */
export function readSourceNotes(folder: string): SourceNotes {
  const notes = new Map<string, string>();
  for (const file of globSync(`${folder}/**/*.ts`).toSorted()) {
    collectNotes(readFileSync(file, 'utf8'), notes);
  }
  return notes;
}

/** Adds the notes of one source text: exported constants, and properties at any depth in them. */
export function collectNotes(sourceText: string, notes: Map<string, string>): void {
  const source = ts.createSourceFile('protocol.ts', sourceText, ts.ScriptTarget.Latest, true);
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (!ts.isIdentifier(name)) continue;
      keepNote(name.text, statement, notes);
      if (initializer !== undefined) visit(initializer, name.text, notes);
    }
  }
}

function visit(node: ts.Node, path: string, notes: Map<string, string>): void {
  if (
    ts.isPropertyAssignment(node) ||
    ts.isShorthandPropertyAssignment(node) ||
    ts.isGetAccessorDeclaration(node)
  ) {
    const inner = `${path}.${node.name.getText()}`;
    keepNote(inner, node, notes);
    ts.forEachChild(node, (child) => visit(child, inner, notes));
    return;
  }
  ts.forEachChild(node, (child) => visit(child, path, notes));
}

function keepNote(name: string, node: ts.Node, notes: Map<string, string>): void {
  const text = ts
    .getJSDocCommentsAndTags(node)
    .filter(ts.isJSDoc)
    .map((comment) => ts.getTextOfJSDocComment(comment.comment) ?? '')
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  if (text !== '') notes.set(name, text);
}
