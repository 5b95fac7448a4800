export type {
  Assistant,
  AssistantContext,
  AssistantEvent,
  AssistantLike,
  AssistantTurn,
  ToolResult,
} from './assistant/assistant.ts';
export { builtinAssistant } from './assistant/drivers/builtin/builtin.ts';
export {
  openAiCompatible,
  type OpenAiCompatibleOptions,
} from './assistant/drivers/openai-compatible/openai-compatible.ts';
export type { RemoteKeysOptions, Revocation, TokenOptions, TrustProxy } from './auth/index.ts';
export { KitError, RequestError } from './errors.ts';
export { createServerKit, type KitEvents, type ServerKit, type ServerKitOptions } from './kit.ts';
export type { Limits } from './limits.ts';
export type { Logger } from './logger.ts';
export {
  bubblewrap,
  docker,
  quickJs,
  releaseSessionOwner,
  selectDriver,
  sessionOwner,
  unsafe,
} from './sandbox/index.ts';
export type {
  BubblewrapOptions,
  CodeRequest,
  CommandRequest,
  DockerOptions,
  ExecutionOutcome,
  ExecutionRequest,
  OpenSandboxOptions,
  ProbeResult,
  ProtectionName,
  QuickJsOptions,
  Sandbox,
  SandboxCapabilities,
  SandboxDriver,
  SandboxLimits,
  SelectDriverOptions,
  Terminal,
  TerminalEnd,
  TerminalOptions,
  UnsafeOptions,
  WorkspaceMount,
} from './sandbox/index.ts';
export type { HostMembers, WorkspaceLocator } from './session/index.ts';
export {
  adaptWebSocket,
  type Health,
  type HostAuthenticate,
  type HostUser,
  type NodeHandler,
  type SocketLike,
  type UpgradeRequest,
} from './transport/index.ts';
export {
  AuditTamperedError,
  leafHash,
  openAuditLog,
  readCheckpoint,
  verifyConsistency,
  verifyEnvelope,
  verifyInclusion,
  verifyLog,
} from './verification/index.ts';
export type {
  ActionStatement,
  AuditLog,
  AuditLogOptions,
  ConsistencyProof,
  DsseEnvelope,
  EntryProof,
  LogEntry,
  LogFinding,
  LogSource,
  LogVerdict,
  TamperFinding,
  VerifyLogOptions,
} from './verification/index.ts';
export { defaultFileTypes, type FileTypes } from './workspace/index.ts';
