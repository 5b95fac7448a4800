/** A fault in our own code: one place of one file, as it reads with the fault. */
export type { Patch as Mutant } from '../../support/mutate.ts';
