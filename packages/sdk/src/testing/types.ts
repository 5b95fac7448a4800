import type { WebSocketConstructor, WebSocketLike } from '../environment.ts';
import type {
  BlockedMessage,
  ConnectMessage,
  EventFields,
  EventName,
  InputOf,
  OperationName,
  PendingMessage,
  Proof,
  ResultOf,
} from '../protocol/index.ts';

/** A server in memory, for the tests of an application. */
export interface FakeServer {
  /** Opens the sockets that end at this server; goes to `createClient`. */
  readonly WebSocket: WebSocketConstructor;
  /** All messages of clients, in order, heartbeats included. */
  readonly received: readonly FakeMessage[];
  /** Every socket that a client has made, in order; `readyState` tells which are open (1). */
  readonly sockets: readonly FakeSocket[];
  /** What a client rebuilds from when the missed events cannot be replayed; its fields may be set. */
  readonly snapshot: EventFields<'session_snapshot'>;
  /** Sends an event to every open socket, numbered where the contract says so. */
  emit<N extends EventName>(type: N, fields: EventFields<N>, requestId?: string): void;
  /** Sends a binary frame to every open socket. */
  binary(frame: ArrayBuffer): void;
  /** Closes the open sockets. @param code 1000 unless given */
  close(code?: number, reason?: string): void;
  /** Cuts the open sockets off, as a lost network does: they close with 1006. */
  cut(): void;
  /** Refuses handshakes from now on with this close code; without one they are accepted again. */
  refuse(code?: number, reason?: string): void;
  /**
   * Closes the open sockets with 1012 and begins another epoch: the events so far cannot be replayed.
   * Kept replies stay, as a server with a store keeps them.
   */
  restart(): void;
}

/** Options of `createFakeServer`. */
export interface FakeServerOptions {
  /** What to answer, by operation. One that is missing is answered `invalid_message`. */
  replies?: FakeReplies | undefined;
  /**
   * Fields of the greeting beside those that the server makes itself: session, client, epoch, position
   * and limits. What an application reads of `user` or `capabilities` has to be given here.
   */
  connect?: Partial<ConnectMessage> | undefined;
}

/** Makes replies, by operation. */
export type FakeReplies = {
  readonly [N in OperationName]?:
    | ((input: InputOf<N>, context: FakeContext) => FakeReply<N> | Promise<FakeReply<N>>)
    | undefined;
};

/**
 * The fields of a reply, to which a proof is added, or a refusal. What a handler throws becomes an
 * `error` reply with its `message`, `code`, `details` and `retryable`; without a code it is `internal`.
 */
export type FakeReply<N extends OperationName> =
  | (ResultOf<N> & Partial<Proof>)
  | Omit<BlockedMessage, 'request_id'>;

/** What a handler knows and can do beside its input. */
export interface FakeContext {
  readonly requestId: string;
  /** Sends an event that this request caused. */
  emit<N extends EventName>(type: N, fields: EventFields<N>): void;
  /** Tells the caller that a person must approve first. The reply follows when the handler returns. */
  pending(fields: Omit<PendingMessage, 'type' | 'request_id'>): void;
}

/** A handler, whatever its operation. */
export type FakeHandler = (input: object, context: FakeContext) => object | Promise<object>;

/** A message as it travels. */
export interface FakeMessage {
  type: string;
  [field: string]: unknown;
}

/** A client's end of a connection. */
export interface FakeSocket extends WebSocketLike {
  /** With the query by which the client joins and resumes. */
  readonly url: string;
  /** The offered subprotocols, `bearer.<token>` among them. */
  readonly protocols: string[];
  /** The accepted subprotocol. */
  readonly protocol: string | undefined;
}
