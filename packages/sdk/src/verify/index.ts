export { openCheckpoint, type Checkpoint } from './checkpoint.ts';
export type { JwkSet, LogKey } from './keys.ts';
export { verifyConsistency, type Tree } from './merkle.ts';
export type { SignedStatement } from './statement.ts';
export { VerificationError, type VerificationCode } from './verification-error.ts';
export {
  createVerifier,
  type Verification,
  type VerifiedEntry,
  type Verifier,
  type VerifierOptions,
} from './verifier.ts';
export type { VerifierStorage } from './storage.ts';
export {
  verifyEntry,
  type AuditEntry,
  type CheckedEntry,
  type EntryClaim,
  type RefusedEntry,
} from './verify-entry.ts';
