export { openAppendFile, type AppendFile } from './append-file.ts';
export type { AuditLog, ConsistencyProof, EntryProof, LogEntry } from './audit-log.ts';
export {
  parseCheckpoint,
  readCheckpoint,
  writeCheckpoint,
  type Checkpoint,
  type CheckpointTrust,
} from './checkpoint.ts';
export { indexOfEntryId } from './entry-id.ts';
export { openEnvelope, pae, verifyEnvelope, type DsseEnvelope } from './envelope.ts';
export type { RecordedStatement } from './in-toto.ts';
export type { KeyChange } from './key-change.ts';
export { logPathsIn } from './log-directory.ts';
export { leafHash } from './merkle-hash.ts';
export { MerkleTree } from './merkle-tree.ts';
export { openAuditLog, type AuditLogOptions } from './open-audit-log.ts';
export { readLines } from './read-lines.ts';
export type { ReplayedLog, ReplayOptions } from './replay-log.ts';
export { keyIdOf } from './signing-key.ts';
export type { ActionPhase, ActionStatement } from './statement.ts';
export { AuditTamperedError, type LogFinding, type TamperFinding } from './tampering.ts';
export {
  verifyConsistency,
  verifyInclusion,
  type ConsistencyClaim,
  type InclusionClaim,
} from './verify-proof.ts';
export { verifyLog, type LogSource, type LogVerdict, type VerifyLogOptions } from './verify-log.ts';
