/** A fault in our own code: one place of one file, as it reads with the fault. */
export interface Mutant {
  /** End of the module's address. */
  file: string;
  /** Must stand in the file exactly once. */
  find: string;
  replace: string;
}
