import * as z from 'zod';
import type { OperationName, OutputOf } from './contract.ts';
import { errorCodes } from './codes.ts';
import type { EventMessage } from './events.ts';
import { alert, instant } from './fields.ts';

/** How well one protection of the sandbox holds on this machine. */
export const protectionStatus = z.object({
  level: z.enum(['enforced', 'best-effort', 'absent']),
  /** The mechanism, as `mount namespace` or `rlimit-data+watchdog`. */
  by: z.string(),
  reason: z.string().optional(),
});

/** First message of the server on each connection. */
export const connectMessage = z.object({
  type: z.literal('connect'),
  session_id: z.string(),
  connection_id: z.string(),
  /**
   * True when the server has lost what it knew of the session, as with its store: it can then not tell
   * what the client's unanswered requests have done.
   */
  forgotten: z.boolean().optional(),
  client_id: z.string(),
  /** Names one numbering of events; another epoch means that the numbers start anew. */
  epoch: z.string(),
  /** Number of the session's latest event. */
  seq: z.int(),
  /** Whether the missed events follow; otherwise a `session_snapshot` does. */
  resumed: z.boolean(),
  user: z.object({ id: z.string(), roles: z.array(z.string()) }),
  expires_at: instant.nullable(),
  protocol: z.literal(1),
  limits: z.object({
    message_bytes: z.int(),
    file_bytes: z.int(),
    output_bytes: z.int(),
    execution_ms: z.int(),
    heartbeat_ms: z.int(),
  }),
  capabilities: z.object({
    languages: z.array(z.string()),
    terminal: z.boolean(),
    sandbox: z.object({
      driver: z.string(),
      isolation: z.string(),
      protections: z.record(z.string(), protectionStatus),
      /** The one line that mends what is missing. */
      fix: z.string().optional(),
    }),
    assistant: z.object({ name: z.string(), model: z.string().nullable() }),
  }),
});

/** Reply: a policy or a finding refused the request; nothing happened. */
export const blockedMessage = z.object({
  type: z.literal('blocked'),
  request_id: z.string(),
  action: z.string(),
  reason: z.string(),
  audit_id: z.string(),
  alerts: z.array(alert).optional(),
});

/** Interim: a person must approve; the reply follows under the same `request_id`. */
export const pendingMessage = z.object({
  type: z.literal('pending'),
  request_id: z.string(),
  action: z.string(),
  reason: z.string(),
  audit_id: z.string(),
  approval_id: z.string(),
  expires_at: instant,
});

/** Reply: the request failed, or could not be read. */
export const errorMessage = z.object({
  type: z.literal('error'),
  /** Absent when the frame could not be read far enough to know it. */
  request_id: z.string().optional(),
  code: z.enum(errorCodes),
  message: z.string(),
  original_type: z.string().nullable(),
  retryable: z.boolean(),
  retry_after_ms: z.int().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});

/** Reply: the request was cancelled and has left nothing running. */
export const cancelledMessage = z.object({
  type: z.literal('cancelled'),
  request_id: z.string(),
});

/** First message on a connection. */
export type ConnectMessage = z.infer<typeof connectMessage>;
/** Refusal by a policy or a finding. */
export type BlockedMessage = z.infer<typeof blockedMessage>;
/** Notice that a person must approve. */
export type PendingMessage = z.infer<typeof pendingMessage>;
/** Failure of a request. */
export type ErrorMessage = z.infer<typeof errorMessage>;
/** End of a cancelled request. */
export type CancelledMessage = z.infer<typeof cancelledMessage>;
/** How well one protection of the sandbox holds. */
export type ProtectionStatus = z.infer<typeof protectionStatus>;

/** Successful end of a request of operation `N`. */
export type ResultMessage<N extends OperationName = OperationName> = {
  [K in N]: { request_id: string } & OutputOf<K>;
}[N];

/** A keep-alive of either side that belongs to no request. */
export interface KeepAlive {
  type: 'ping' | 'pong';
  timestamp?: string | number | undefined;
  server_time?: string | undefined;
}

/** All that a server sends, but for the replies of the operations. */
export type ServerMessage =
  | ConnectMessage
  | BlockedMessage
  | PendingMessage
  | ErrorMessage
  | CancelledMessage
  | EventMessage
  | KeepAlive;
