import type { Connection, IncomingMessage } from './connection.ts';
import { randomId, systemClock } from './environment.ts';
import { AssistantError } from './errors.ts';
import type { ClientOptions, RequestOptions } from './options.ts';
import { hasRoom, type Outbox } from './outbox.ts';
import type { BlockedMessage, ErrorMessage, PendingMessage } from './protocol/index.ts';
import type { Status } from './status.ts';

/** A request on its way. */
export interface StartedRequest {
  /** The reply's fields, or an {@link AssistantError}. Settles exactly once. */
  readonly result: Promise<unknown>;
  /** Ends it as `cancelled`, here and on the server; does nothing once it has settled. */
  cancel(): void;
}

/** The requests without an answer. They belong to the client, not to a socket. */
export interface Requests {
  /** How many there are. */
  count(): number;
  /** Sends a request, now or when connected. An `internal` one passes the bounds. */
  start(type: string, input: object, options?: RequestOptions, internal?: boolean): StartedRequest;
  /** Takes a reply or interim message. What belongs to no request is ignored: it was answered before. */
  answer(message: IncomingMessage): void;
  /**
   * After a change of the connection: sends all in the order of the calls, under the ids of the first
   * time; ends what is too old or too large; ends all once the connection is closed.
   */
  flush(): void;
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

/** Creates the requests of one client. Calls `changed` when one begins or ceases to wait. */
export function createRequests(
  options: ClientOptions,
  connection: Connection,
  changed: () => void,
): Requests {
  const { clock = systemClock, timeoutMs: defaultTimeoutMs = 30_000, queue } = options;
  const { maxAgeMs = 86_400_000 } = queue ?? {};
  const outbox: Outbox<Entry> = new Map();

  function start(
    type: string,
    input: object,
    {
      signal,
      timeoutMs = defaultTimeoutMs,
      requestId = randomId(),
      onPending,
    }: RequestOptions = {},
    internal = false,
  ): StartedRequest {
    let cancel: StartedRequest['cancel'] = () => {};
    const result = new Promise((resolve, reject) => {
      const frame = JSON.stringify({ ...input, type, request_id: requestId });
      const bytes = new TextEncoder().encode(frame).length;
      const refused =
        closedError(connection.status) ??
        (signal?.aborted ? cancelled(signal.reason) : undefined) ??
        (outbox.has(requestId) ? new AssistantError('invalid_message', 'Id in use') : undefined) ??
        (internal || hasRoom(outbox, bytes, !!connection.greeting, queue)
          ? undefined
          : new AssistantError('queue_full', 'Queue full', { retryable: true }));
      if (refused) return reject(refused);

      let timer: unknown;
      const arm = (ms: number) => {
        clock.clearTimeout(timer);
        timer = clock.setTimeout(() => {
          if (timeoutMs)
            giveUp(new AssistantError('timeout', 'No reply in time', { retryable: true }));
          else if (!connection.greeting) entry.settle(expired());
        }, ms);
      };
      const entry: Entry = {
        ...{ frame, bytes, calledAt: clock.now(), sent: false },
        settle(error, output) {
          if (!outbox.delete(requestId)) return false;
          clock.clearTimeout(timer);
          signal?.removeEventListener('abort', abort);
          if (error) reject(error);
          else resolve(output);
          changed();
          return true;
        },
        hold(pending) {
          // Once approved, the request still has its own time to run in.
          const waitMs = Date.parse(pending.expires_at) - clock.now();
          if (timeoutMs) arm((waitMs > 0 ? waitMs : 0) + timeoutMs);
          onPending?.(pending);
        },
      };
      const giveUp = (error: AssistantError) => {
        if (!entry.settle(error) || !entry.sent) return;
        // The server goes on with what it has, connected or not.
        const request = { request_id_to_cancel: requestId };
        start('cancel', request, { timeoutMs: 0 }, true);
      };
      const abort = () => giveUp(cancelled(signal?.reason));
      cancel = abort;
      signal?.addEventListener('abort', abort);
      outbox.set(requestId, entry);
      arm(timeoutMs || maxAgeMs);
      transmit(entry);
      connection.connect();
      changed();
    });
    // Nobody has to wait for what the client asks by itself.
    if (internal) result.catch(() => {});
    return { result, cancel };
  }

  function transmit(entry: Entry): void {
    const limits = connection.greeting?.limits;
    if (limits && entry.bytes > limits.message_bytes) entry.settle(tooLarge());
    else if (connection.send(entry.frame)) entry.sent = true;
  }

  return {
    count: () => outbox.size,
    start,
    answer(message) {
      const entry = outbox.get(message['request_id'] as string);
      if (message.type === 'pending') {
        entry?.hold(message as unknown as PendingMessage);
      } else {
        const { type, request_id, ...output } = message;
        entry?.settle(errorOf(type, output), output);
      }
    },
    flush() {
      const { status } = connection;
      const closed = closedError(status);
      if ('code' in status && status.code === 1009) {
        // The largest was over the server's limit if any was; sent again, it would close us again.
        const sent = [...outbox.values()].filter((entry) => entry.sent);
        sent.sort((a, b) => b.bytes - a.bytes)[0]?.settle(tooLarge());
      }
      for (const entry of outbox.values()) {
        if (closed) entry.settle(closed);
        else if (clock.now() - entry.calledAt > maxAgeMs) entry.settle(expired());
        else transmit(entry);
      }
    },
  };
}

const expired = () => new AssistantError('expired', 'Waited too long');
const tooLarge = () => new AssistantError('too_large', 'Too large');
const cancelled = (cause?: unknown) => new AssistantError('cancelled', 'Cancelled', { cause });

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
  const { code, reason } = status;
  return new AssistantError(code === 4401 ? 'unauthenticated' : 'closed', reason || 'Closed');
}
