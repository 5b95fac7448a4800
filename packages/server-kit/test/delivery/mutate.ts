import { mutate } from '../support/mutate.ts';
import { mutants, type MutantName } from './mutants/index.ts';

// Preloaded into a process that is to run with a fault in our own code.
const name = process.env['IDE_MUTANT'];
if (name) mutate(name, [mutants[name as MutantName]]);
