import type { Connection, IncomingMessage } from './connection.ts';
import { randomId, systemClock } from './environment.ts';
import { AssistantError, failure } from './errors.ts';
import type { ClientOptions, RequestOptions } from './options.ts';
import type { BlockedMessage, ErrorMessage, PendingMessage } from './protocol/index.ts';
import type { Status } from './status.ts';

/** A request on its way. */
export interface StartedRequest {
  readonly requestId: string;
  /** The reply's fields, or an {@link AssistantError}. Settles exactly once. */
  readonly result: Promise<unknown>;
  /** Ends it as `cancelled`, here and on the server; does nothing once it has settled. */
  cancel(): void;
}

/** The requests without an answer. They belong to the client, not to a socket. */
export interface Requests {
  /** Sends a request, now or when connected. An `internal` one passes the bounds. */
  start(type: string, input: object, options?: RequestOptions, internal?: boolean): StartedRequest;
  /** Takes a reply or interim message. What belongs to no request is ignored: it was answered before. */
  answer(message: IncomingMessage): void;
  /**
   * After a change of the connection: sends all in the order of the calls, under the ids of the first
   * time; ends what is too old or too large; ends all once the connection is closed. A server that has
   * `forgotten` us cannot tell what took effect, so that what was sent is not sent again.
   */
  flush(forgotten?: boolean): void;
}

interface Entry {
  /** The message as it travels, and its size in UTF-8. */
  readonly frame: string;
  readonly bytes: number;
  readonly calledAt: number;
  /** Whether the server may know of it. */
  sent: boolean;
  /** Ends the request; tells whether it had not ended before. */
  settle(error: AssistantError | undefined, output?: unknown): boolean;
  /** Takes the notice that a person must approve. */
  hold(pending: PendingMessage): void;
}

/** Creates the requests of one client. Tells `changed` their number when one begins or ends. */
export function createRequests(
  options: ClientOptions,
  connection: Connection,
  changed: (count: number) => void,
): Requests {
  const { clock = systemClock, timeoutMs: defaultTimeoutMs = 30_000 } = options;
  const { maxAgeMs = 86_400_000, maxRequests = 500, maxBytes = 1_048_576 } = options.queue ?? {};
  // A `Map` keeps the order of the calls, in which they are sent again.
  const outbox = new Map<string, Entry>();
  let totalBytes = 0;

  function start(
    type: string,
    input: object,
    {
      signal,
      timeoutMs = defaultTimeoutMs,
      requestId = randomId(),
      onPending,
      calledAt = clock.now(),
    }: RequestOptions = {},
    internal = false,
  ): StartedRequest {
    let cancel: StartedRequest['cancel'] = () => {};
    const result = new Promise((resolve, reject) => {
      const frame = JSON.stringify({ ...input, type, request_id: requestId });
      const bytes = new TextEncoder().encode(frame).length;
      const refused =
        closedError(connection.status) ??
        (outbox.has(requestId)
          ? failure('already_exists')
          : // Bytes count only while they wait for a connection.
            internal ||
              (outbox.size < maxRequests && (connection.greeting || totalBytes + bytes <= maxBytes))
            ? undefined
            : failure('queue_full', { retryable: true }));
      if (refused) return reject(refused);

      let timer: unknown;
      const arm = (ms: number) => {
        clock.clearTimeout(timer);
        timer = clock.setTimeout(() => {
          if (timeoutMs) giveUp(failure('timeout', { retryable: true }));
          else if (!connection.greeting) entry.settle(failure('expired'));
        }, ms);
      };
      const entry: Entry = {
        ...{ frame, bytes, calledAt, sent: false },
        settle(error, output) {
          if (!outbox.delete(requestId)) return false;
          totalBytes -= bytes;
          clock.clearTimeout(timer);
          signal?.removeEventListener('abort', abort);
          if (error) reject(error);
          else resolve(output);
          changed(outbox.size);
          return true;
        },
        hold(pending) {
          // Once approved, the request still has its own time to run in.
          const waitMs = Date.parse(pending.expires_at) - clock.now();
          if (timeoutMs) arm(Math.max(waitMs, 0) + timeoutMs);
          // What it throws surfaces as unhandled: it is no fault of the frame that is being read.
          void new Promise(() => onPending?.(pending));
        },
      };
      const giveUp = (error: AssistantError) => {
        // The server goes on with what it has, connected or not.
        if (entry.settle(error) && entry.sent)
          start('cancel', { request_id_to_cancel: requestId }, { timeoutMs: 0 }, true);
      };
      const abort = () => giveUp(failure('cancelled', { cause: signal?.reason }));
      cancel = abort;
      signal?.addEventListener('abort', abort);
      outbox.set(requestId, entry);
      totalBytes += bytes;
      if (signal?.aborted) return abort();
      arm(timeoutMs || maxAgeMs);
      transmit(entry);
      connection.connect();
      changed(outbox.size);
    });
    // Nobody has to wait for what the client asks by itself.
    if (internal) result.catch(() => {});
    return { requestId, result, cancel };
  }

  function transmit(entry: Entry): void {
    const maxFrameBytes = connection.greeting?.limits.message_bytes;
    if (maxFrameBytes && entry.bytes > maxFrameBytes) entry.settle(failure('too_large'));
    else if (connection.send(entry.frame)) entry.sent = true;
  }

  return {
    start,
    answer(message) {
      const { type, request_id, ...output } = message;
      const entry = outbox.get(request_id as string);
      if (type === 'pending') entry?.hold(message as unknown as PendingMessage);
      else entry?.settle(errorOf(type, output), output);
    },
    flush(forgotten) {
      const closed = closedError(connection.status);
      outbox.forEach((entry) => {
        if (closed) entry.settle(closed);
        else if (forgotten && entry.sent) entry.settle(failure('interrupted'));
        else if (clock.now() - entry.calledAt > maxAgeMs) entry.settle(failure('expired'));
        else transmit(entry);
      });
      changed(outbox.size);
    },
  };
}

/** The error that a reply stands for, if it is not a success. */
export function errorOf(type: string, output: object): AssistantError | undefined {
  if (!/^(error|blocked|cancelled)$/.test(type)) return undefined;
  const {
    code = type as ErrorMessage['code'],
    message: text = type,
    reason = text,
    retry_after_ms: retryAfterMs,
    audit_id: auditId,
    ...fields
  }: Partial<Omit<ErrorMessage, 'type'> & Omit<BlockedMessage, 'type'>> = output;
  return new AssistantError(code, reason, { ...fields, retryAfterMs, auditId });
}

/** Why requests fail while the connection is closed. */
function closedError(status: Status): AssistantError | undefined {
  if (status.state !== 'closed') return undefined;
  const { reason } = status;
  const code = status.code === 4401 ? 'unauthenticated' : 'closed';
  return new AssistantError(code, reason || code);
}
