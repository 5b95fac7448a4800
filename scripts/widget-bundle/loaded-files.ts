import type { Chunk } from './chunk-graph.ts';

/** Finds the file in which a source file begins, by its path relative to the package. */
export function fileOf(chunks: readonly Chunk[], source: string): string | undefined {
  return chunks.find((chunk) => chunk.entries.some((entry) => entry.endsWith(source)))?.file;
}

/** Lists the files that load with one, itself first: those that it imports, and what they import. */
export function loadedWith(chunks: readonly Chunk[], file: string): ReadonlySet<string> {
  const byFile = new Map(chunks.map((chunk) => [chunk.file, chunk]));
  const loaded = new Set<string>();
  const waiting = [file];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (loaded.has(next)) continue;
    loaded.add(next);
    waiting.push(...(byFile.get(next)?.imports ?? []));
  }
  return loaded;
}

/** Lists the files that some other one loads later. */
export function lateFiles(chunks: readonly Chunk[]): readonly string[] {
  return [...new Set(chunks.flatMap((chunk) => chunk.dynamicImports))].toSorted();
}
