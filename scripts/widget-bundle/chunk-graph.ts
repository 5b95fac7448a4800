import { relative } from 'node:path';
import type { Plugin } from 'rolldown';

/** One built file, and what it loads. */
export interface Chunk {
  file: string;
  /** Source files that `import()` reaches here, relative to the package; none for shared chunks. */
  entries: readonly string[];
  /** Files that load with it. */
  imports: readonly string[];
  /** Files that it may load later. */
  dynamicImports: readonly string[];
}

/** Writes the built files and who loads whom, for the bundle budget. */
export function chunkGraph(fileName: string): Plugin {
  return {
    name: 'chunk-graph',
    generateBundle(_options, bundle) {
      const chunks: Chunk[] = Object.values(bundle)
        .filter((output) => output.type === 'chunk')
        .map((chunk) => ({
          file: chunk.fileName,
          entries: chunk.moduleIds
            .filter((id) => {
              const module = this.getModuleInfo(id);
              return module?.isEntry === true || (module?.dynamicImporters.length ?? 0) > 0;
            })
            .map((id) => relative(process.cwd(), id)),
          imports: chunk.imports,
          dynamicImports: chunk.dynamicImports,
        }));
      const source = `${JSON.stringify(chunks, null, 2)}\n`;
      this.emitFile({ type: 'asset', fileName, source });
    },
  };
}
