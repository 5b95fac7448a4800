import { registerHooks } from 'node:module';
import { mutants, type MutantName } from './mutants/index.ts';

/*
 * Preloaded into a process that is to run with a fault in our own code: the source of one module is
 * changed while it is loaded. A fault that no longer fits its source stops the process, so that a test
 * can never pass because its mutant has become none.
 */
const name = process.env['IDE_MUTANT'];
if (name) {
  const mutant = mutants[name as MutantName];
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!url.endsWith(mutant.file)) return loaded;
      const source = Buffer.from(loaded.source as Uint8Array).toString('utf8');
      if (source.split(mutant.find).length !== 2) {
        throw new Error(`The mutant ${name} does not fit ${mutant.file} any more.`);
      }
      return { ...loaded, source: source.replace(mutant.find, () => mutant.replace) };
    },
  });
}
