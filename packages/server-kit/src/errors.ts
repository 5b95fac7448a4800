import type { ErrorCode } from '@ide-assistant/sdk/protocol';

/** What a {@link RequestError} may carry beside its code and text. */
export interface RequestErrorOptions {
  /** Whether the same request may succeed later. @default false */
  retryable?: boolean;
  /** How long to wait before trying again, milliseconds. */
  retryAfterMs?: number;
  /** Facts for the client's program, as `current_hash`; never a host path or a secret. */
  details?: Record<string, unknown>;
  cause?: unknown;
}

/**
 * A refusal or failure that the client is told about. Its text names what happened, to what, and
 * what to do next, and never holds a host path, a token or a policy's text.
 */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** Stable code of the wire contract. */
  readonly code: ErrorCode;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** How long to wait before trying again, milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** Facts for the client's program. */
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, message: string, options: RequestErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details;
  }
}

/** When to ask again for what is free as soon as something else ends, milliseconds. */
export const busyRetryMs = 1_000;

/** The refusal of what was one too many, and may be asked for again after a while. */
export function tooMany(message: string, retryAfterMs = busyRetryMs): RequestError {
  return new RequestError('rate_limited', message, { retryable: true, retryAfterMs });
}

/** A mistake of the host application, as a missing option; thrown while the kit starts. */
export class KitError extends Error {
  override readonly name = 'KitError';
  /** Stable code, upper case. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
