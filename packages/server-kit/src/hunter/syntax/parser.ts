import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { Language, Parser, type Tree } from 'web-tree-sitter';
import { grammarNames, type GrammarName } from '../languages.ts';
import { snapshot } from './snapshot.ts';
import type { Syntax } from './node.ts';

/** Reads files of the supported languages. */
export interface SyntaxParser {
  /**
   * Parses a text. Broken code still gives a tree, with its problems listed.
   * @throws what `checkpoint` throws; it is called every few thousand steps of the parser.
   */
  parse(grammar: GrammarName, content: string, checkpoint: () => void): Syntax;
  /** Frees the memory of the parsers; nothing can be parsed afterwards. */
  close(): void;
}

/** Loads the grammars; each is compiled once per parser. */
export async function createSyntaxParser(): Promise<SyntaxParser> {
  const resolve = createRequire(import.meta.url).resolve;
  const runtime = resolve('web-tree-sitter/web-tree-sitter.wasm');
  await Parser.init({ locateFile: () => runtime });
  const parsers = new Map<GrammarName, Parser>();
  await Promise.all(
    grammarNames.map(async (name) => {
      const file = resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${name}.wasm`);
      const language = await Language.load(await readFile(file));
      parsers.set(name, new Parser().setLanguage(language));
    }),
  );
  return {
    parse(grammar, content, checkpoint) {
      const parser = parsers.get(grammar);
      if (parser === undefined) throw new Error(`The parser for ${grammar} is closed.`);
      const tree = parseCancellable(parser, content, checkpoint);
      try {
        return snapshot(tree);
      } finally {
        tree.delete();
      }
    },
    close() {
      for (const parser of parsers.values()) parser.delete();
      parsers.clear();
    },
  };
}

function parseCancellable(parser: Parser, content: string, checkpoint: () => void): Tree {
  let stopped: { readonly reason: unknown } | undefined;
  // An exception must not travel through the wasm frames of the parser, so it waits for them.
  const progressCallback = (): boolean => {
    try {
      checkpoint();
      return false;
    } catch (reason) {
      stopped = { reason };
      return true;
    }
  };
  const tree = parser.parse(content, null, { progressCallback });
  if (tree !== null && stopped === undefined) return tree;
  tree?.delete();
  // Without a reset the next parse would go on where this one stopped.
  parser.reset();
  throw stopped === undefined ? new Error('The parser gave no tree.') : stopped.reason;
}
