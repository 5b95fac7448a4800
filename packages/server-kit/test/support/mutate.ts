import { registerHooks } from 'node:module';

/** A fault: one place of one module, and what stands there instead. */
export interface Patch {
  /** End of the module's path. */
  file: string;
  find: string;
  replace: string;
}

/**
 * Changes the source of modules while they are loaded. A fault that no longer fits its source stops
 * the process, so that a test can never pass because its mutant has become none.
 */
export function mutate(name: string, patches: readonly Patch[]): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const mine = patches.filter(({ file }) => url.endsWith(file));
      if (mine.length === 0) return loaded;
      let source = Buffer.from(loaded.source as Uint8Array).toString('utf8');
      for (const { file, find, replace } of mine) {
        if (source.split(find).length !== 2) {
          throw new Error(`The mutant ${name} does not fit ${file} any more.`);
        }
        source = source.replace(find, () => replace);
      }
      return { ...loaded, source };
    },
  });
}
