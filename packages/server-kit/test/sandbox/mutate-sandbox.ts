import { mutate } from '../support/mutate.ts';
import { mutants } from './mutants.ts';

// Preloaded into a server in which a protection is to be switched off.
const name = process.env['IDE_MUTANT'];
const mutant = name === undefined ? undefined : mutants[name];
if (name !== undefined && mutant === undefined) throw new Error(`There is no mutant ${name}.`);
if (name !== undefined && mutant !== undefined) mutate(name, mutant.patches);
