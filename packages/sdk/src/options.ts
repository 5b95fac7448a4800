import type { Clock, Environment, WebSocketConstructor } from './environment.ts';
import type { PendingMessage } from './protocol/index.ts';

/** Why a token is asked for: for a connection, before the old one ends, or after it was refused. */
export interface TokenContext {
  reason: 'connect' | 'expiring' | 'refused';
}

/** Options of `createClient`. Only `url` is needed. */
export interface ClientOptions {
  /**
   * The WebSocket endpoint, as `/ide/ws`. `http(s):` is taken as `ws(s):`; a relative one is resolved
   * against the page. A function is called before each connection.
   */
  url: string | URL | (() => string | URL | Promise<string | URL>);
  /**
   * The user's JWT; it travels as a subprotocol, never in a URL. A function is called before each
   * connection, and while connected shortly before the token ends: the new one is then handed over
   * without a reconnect. Without it the host's own authentication decides.
   */
  token?:
    | string
    | ((context: TokenContext) => string | undefined | Promise<string | undefined>)
    | undefined;
  /** Session to join or create. Without it the server makes one. */
  sessionId?: string | undefined;
  /**
   * Names this client for the server's memory of its requests. @default a random UUID
   */
  clientId?: string | undefined;
  /**
   * How long a request may take from the moment of the call, waiting for a connection included,
   * milliseconds. `0` means no limit, which is what streams have unless told otherwise.
   * @default 30_000
   */
  timeoutMs?: number | undefined;
  /** How long one attempt may take, token and handshake included, milliseconds. @default 10_000 */
  connectTimeoutMs?: number | undefined;
  /** Delays between attempts: `random() * min(maxMs, minMs * 2 ** attempt)`. */
  backoff?:
    | {
        /** Upper bound of the first delay, milliseconds. @default 500 */
        minMs?: number | undefined;
        /** Upper bound of every delay, milliseconds. @default 15_000 */
        maxMs?: number | undefined;
        /** How long a connection must last until the delays begin anew, milliseconds. @default 5_000 */
        stableMs?: number | undefined;
      }
    | undefined;
  /** Bounds of what waits for a connection; beyond them a new call is rejected with `queue_full`. */
  queue?:
    | {
        /** Most requests without an answer. @default 500 */
        maxRequests?: number | undefined;
        /** Most bytes that wait while there is no connection. @default 1_048_576 */
        maxBytes?: number | undefined;
        /**
         * What is older at a reconnect is rejected as `expired` and not sent, milliseconds. Must not
         * exceed the time for which the server remembers requests. @default 86_400_000 (24 h)
         */
        maxAgeMs?: number | undefined;
      }
    | undefined;
  /** Opens sockets. @default the runtime's own */
  WebSocket?: WebSocketConstructor | undefined;
  /** Source of time. @default the runtime's */
  clock?: Clock | undefined;
  /** Uniform numbers from 0 to below 1, for jitter. @default Math.random */
  random?: (() => number) | undefined;
  /** The page or process around. @default read from the globals on connect */
  environment?: Environment | undefined;
}

/** Options of one request. */
export interface RequestOptions {
  /** Cancels the request: it is rejected with `cancelled`, and what the server does for it ends. */
  signal?: AbortSignal | undefined;
  /** Overrides the client's `timeoutMs`; `0` means no limit. */
  timeoutMs?: number | undefined;
  /**
   * Names the request, at most 64 characters. The same id never takes effect twice, so keep it to
   * repeat a call of which the outcome is unknown. @default a new one
   */
  requestId?: string | undefined;
  /** Called when a person must approve first. The timeout then begins when the approval would end. */
  onPending?: ((pending: PendingMessage) => void) | undefined;
  /**
   * When the request was first called, epoch milliseconds: `queue.maxAgeMs` is counted from then. For one
   * that is repeated after a reload. @default now
   */
  calledAt?: number | undefined;
}

/** Options of a stream. It has no time limit unless `timeoutMs` is given. */
export interface StreamOptions extends RequestOptions {}

/** Reads an option that may be a function of the moment. */
export function read<T extends string | URL | undefined, C extends unknown[]>(
  source: T | ((...context: C) => T | Promise<T>),
  ...context: C
): T | Promise<T> {
  return typeof source === 'function' ? source(...context) : source;
}
