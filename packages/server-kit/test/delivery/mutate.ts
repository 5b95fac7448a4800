import { readFileSync } from 'node:fs';
import { mutate } from '../support/mutate.ts';
import { mutants, type MutantName } from './mutants/index.ts';

// Preloaded into a process that is to run with a fault in our own code.
const name = process.env['IDE_MUTANT'];
if (name) {
  const mutant = mutants[name as MutantName];
  mutate(name, [mutant]);
  // Here already, since of a server that does not start a scenario says that it has crashed, which would
  // pass for what the fault has done.
  const source = readFileSync(new URL(`../../../${mutant.file}`, import.meta.url), 'utf8');
  if (source.split(mutant.find).length !== 2) {
    throw new Error(`The mutant ${name} does not fit ${mutant.file} any more.`);
  }
}
