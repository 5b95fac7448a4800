export { createClient, type Client } from './client.ts';
export type { Clock, Environment, WebSocketConstructor, WebSocketLike } from './environment.ts';
export {
  AssistantError,
  isAssistantError,
  type AssistantErrorCode,
  type AssistantErrorFields,
} from './errors.ts';
export type { ClientEvents } from './events.ts';
export { onPhases } from './phases.ts';
export { createIde, type Ide } from './ide.ts';
export type { RunOptions } from './ide/runs.ts';
export type {
  ChatEntry,
  DiffEntry,
  IdeState,
  OpenFile,
  Run,
  RunChunk,
  ToolEntry,
} from './ide/state.ts';
export type { ClientOptions, RequestOptions, StreamOptions, TokenContext } from './options.ts';
export type { Status } from './status.ts';
export type { RequestStream, StreamName, StreamPart, StreamSnapshot } from './stream.ts';
