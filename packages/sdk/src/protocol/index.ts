export { closeCodes, errorCodes, type ErrorCode } from './codes.ts';
export {
  actionOf,
  contract,
  isOperationName,
  type ClassOf,
  type Contract,
  type InputOf,
  type OperationName,
  type OutputOf,
  type ParsedInputOf,
  type Proof,
  type ResultOf,
} from './contract.ts';
export {
  events,
  type EventEnvelope,
  type EventFields,
  type EventMessage,
  type EventName,
} from './events.ts';
export type { TreeNode } from './fields.ts';
export { defaultLimits, maxTokenBytes } from './limits.ts';
export {
  blockedMessage,
  cancelledMessage,
  connectMessage,
  errorMessage,
  pendingMessage,
  protectionStatus,
  type BlockedMessage,
  type CancelledMessage,
  type ConnectMessage,
  type ErrorMessage,
  type KeepAlive,
  type PendingMessage,
  type ProtectionStatus,
  type ResultMessage,
  type ServerMessage,
} from './messages.ts';
export { defineOperation, type Operation, type OperationClass } from './operation.ts';
export { decodePhaseFrame, encodePhaseFrame, type PhaseFrame } from './phase-frame.ts';
export { topic, topicOf, type Topic } from './topics.ts';
export type {
  Alert,
  Approval,
  ApprovalState,
  ChatMessage,
  Diff,
  Encoding,
  ExecutionResult,
  Grant,
  Hunk,
  Member,
  MemberRole,
  Severity,
} from './types.ts';
