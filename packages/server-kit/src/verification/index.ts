export { openAppendFile, type AppendFile } from './append-file.ts';
export type { AuditLog, EntryProof, LogEntry } from './audit-log.ts';
export {
  readCheckpoint,
  writeCheckpoint,
  type Checkpoint,
  type CheckpointTrust,
} from './checkpoint.ts';
export { pae, verifyEnvelope, type DsseEnvelope } from './envelope.ts';
export type { RecordedStatement } from './in-toto.ts';
export { leafHash } from './merkle-hash.ts';
export { MerkleTree } from './merkle-tree.ts';
export { openAuditLog, type AuditLogOptions } from './open-audit-log.ts';
export type { ReplayedLog, ReplayOptions } from './replay-log.ts';
export { keyIdOf } from './signing-key.ts';
export type { ActionPhase, ActionStatement } from './statement.ts';
export { AuditTamperedError, type TamperFinding } from './tampering.ts';
export {
  verifyConsistency,
  verifyInclusion,
  type ConsistencyClaim,
  type InclusionClaim,
} from './verify-proof.ts';
