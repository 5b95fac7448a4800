import type { Alert, ErrorCode } from './protocol/index.ts';

/** What went wrong: a code of the server, or one of the client's own. */
export type AssistantErrorCode =
  | ErrorCode
  /** A policy or a finding refused the request; nothing happened. */
  | 'blocked'
  /** Ended by its caller, or by another with `cancel`. */
  | 'cancelled'
  /** The client was closed, or the server refused the connection for good. */
  | 'closed'
  /** Too many requests or bytes wait for a connection. */
  | 'queue_full'
  /** Waited longer than `queue.maxAgeMs` and was not sent again. */
  | 'expired'
  /** No connection could be made or understood. */
  | 'network';

/** Fields of an {@link AssistantError} beside its code and message. */
export interface AssistantErrorFields {
  retryable?: boolean;
  retryAfterMs?: number | undefined;
  details?: Record<string, unknown> | undefined;
  alerts?: Alert[] | undefined;
  auditId?: string | undefined;
  action?: string | undefined;
  cause?: unknown;
}

const marker = Symbol.for('ide-assistant.error');

/** The one error of this package. Recognise it with {@link isAssistantError} and by `code`. */
export class AssistantError extends Error {
  /** Stable name of the failure. */
  declare readonly code: AssistantErrorCode;
  /** Whether the same call may succeed later. */
  declare readonly retryable: boolean;
  /** How long to wait before a retry, milliseconds. */
  declare readonly retryAfterMs?: number;
  /** What belongs to the code, as `current_hash` of a `conflict`. */
  declare readonly details?: Record<string, unknown>;
  /** The findings for which a request was blocked. */
  declare readonly alerts?: Alert[];
  /** Names the log entry of a refusal. */
  declare readonly auditId?: string;
  /** The refused action, as policies name it. */
  declare readonly action?: string;

  constructor(code: AssistantErrorCode, message: string, fields: AssistantErrorFields = {}) {
    super(message, fields);
    Object.assign(this, { name: 'AssistantError', [marker]: true, code, retryable: false }, fields);
  }
}

/** An error of the client's own, whose code says all there is to say. */
export function failure(code: AssistantErrorCode, fields?: AssistantErrorFields): AssistantError {
  return new AssistantError(code, code.replace('_', ' '), fields);
}

/** Tells an {@link AssistantError}, also one of another copy of this package. */
export function isAssistantError(error: unknown): error is AssistantError {
  return typeof error === 'object' && error !== null && marker in error;
}
