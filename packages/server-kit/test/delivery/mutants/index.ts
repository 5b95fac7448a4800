import { bytesMutants } from './bytes.ts';
import { scaleMutants } from './scale.ts';
import { lifeMutants } from './life.ts';
import { loadMutants } from './loads.ts';
import { offlineMutants } from './offline.ts';
import { timeMutants } from './time.ts';

/** All faults by name. */
export const mutants = {
  ...loadMutants,
  ...lifeMutants,
  ...bytesMutants,
  ...scaleMutants,
  ...offlineMutants,
  ...timeMutants,
};

/** Name of a mutant. */
export type MutantName = keyof typeof mutants;
