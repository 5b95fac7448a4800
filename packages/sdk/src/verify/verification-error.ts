/**
 * Why an entry cannot be trusted.
 * - `SIGNATURE`: the entry was changed after it was signed. `INCLUSION`: the log does not hold it.
 * - `CHECKPOINT`: the checkpoint is malformed or its signature is wrong.
 * - `ORIGIN`: it is of another log than before.
 * - `ROLLBACK`: the log is shorter than it was. `FORK`: it does not continue what it was.
 * - `UNKNOWN_KEY`: signed by a key that is not trusted, or not for that place of the log.
 * - `STATEMENT`: the entry says something else than it was asked for, or cannot be read.
 * - `UNSUPPORTED`: nothing was found wrong, but this browser or page has no Ed25519.
 */
export type VerificationCode =
  | 'SIGNATURE'
  | 'INCLUSION'
  | 'CHECKPOINT'
  | 'ORIGIN'
  | 'ROLLBACK'
  | 'FORK'
  | 'UNKNOWN_KEY'
  | 'STATEMENT'
  | 'UNSUPPORTED';

/** A check that failed. */
export class VerificationError extends Error {
  override readonly name = 'VerificationError';
  /** Which one. */
  readonly code: VerificationCode;

  constructor(code: VerificationCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Ends a check. */
export function refuse(code: VerificationCode, message: string): never {
  throw new VerificationError(code, message);
}
