import { createConnection } from './connection.ts';
import { randomId, systemClock } from './environment.ts';
import { failure } from './errors.ts';
import { createEmitter, type ClientEvents } from './events.ts';
import type { ClientOptions, RequestOptions, StreamOptions } from './options.ts';
import type {
  Approval,
  EventMessage,
  EventName,
  InputOf,
  OperationName,
  OutputOf,
} from './protocol/index.ts';
import { lingerMs, ownCloseCode } from './reconnect.ts';
import { createRequests, errorOf } from './requests.ts';
import { createSession } from './session.ts';
import type { Status } from './status.ts';
import { createStream, type RequestStream, type StreamName } from './stream.ts';

/** One user's link to one session of the server. */
export interface Client {
  /** What the connection is doing. */
  readonly status: Status;
  /** How many requests without an answer wait for a connection. */
  readonly queued: number;
  /** The session: as given, then as the server says. */
  readonly sessionId: string | undefined;
  /** Names this client to the server, across reconnects. */
  readonly clientId: string;
  /**
   * Connects, unless that has begun. The first request does so by itself. Connects again after
   * `close()`, but not after a refusal of the server: that takes `reconnect()`.
   */
  connect(): void;
  /**
   * Sends a request and returns its reply. Without a connection it waits; after a reconnect it is
   * sent again under the same id, which the server answers without a second effect.
   * @throws AssistantError (rejects) by `code`; see the protocol reference.
   */
  request<N extends OperationName>(
    type: N,
    input: InputOf<N>,
    options?: RequestOptions,
  ): Promise<OutputOf<N>>;
  /**
   * Sends a request and iterates the events that it causes, across reconnects; `result` is its reply.
   * Leaving the loop early cancels it.
   * @example
   * const answer = client.stream('chat', { message: 'Explain this error' });
   * for await (const part of answer) if (part.type === 'ai_delta') show(part.delta);
   */
  stream<N extends StreamName>(
    type: N,
    input: InputOf<N>,
    options?: StreamOptions,
  ): RequestStream<N>;
  /** Listens to the wire's events by name, or to `status`, `queue`, `event`, `error`. Returns the undo. */
  on<K extends keyof ClientEvents>(name: K, listener: (event: ClientEvents[K]) => void): () => void;
  /** Decides about what waits for a person, in this session. */
  readonly approvals: ClientApprovals;
  /** Connects at once: instead of waiting, on a new socket, or after the end. */
  reconnect(): void;
  /** Ends the connection and rejects what waits with `closed`. May be called again. */
  close(): void;
  /** Connects for one more user of the client, as a component that is mounted. */
  retain(): void;
  /**
   * Ends one `retain()`. The last one closes the client 250 ms later unless it is retained again, so
   * that a component which is mounted twice keeps its socket.
   */
  release(): void;
  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a person does about requests that wait for one. */
export interface ClientApprovals {
  /** What waits in this session, and the grants that hold there. */
  list(): Promise<OutputOf<'approval_list'>>;
  /**
   * Approves or denies. The hash says which request was looked at: if it is another one by now, the
   * decision is refused with `conflict`.
   * @param options.scope `session` lets requests like it pass unasked for a while, where the approval
   * is `grantable`.
   */
  resolve(
    approval: Pick<Approval, 'approval_id' | 'request_hash'>,
    decision: 'approve' | 'deny',
    options?: Pick<InputOf<'approval_resolve'>, 'scope' | 'comment'>,
  ): Promise<OutputOf<'approval_resolve'>>;
  /** Takes back what an approval with the scope `session` has given. */
  revoke(grantId: string): Promise<OutputOf<'grant_revoke'>>;
}

/**
 * Creates a client. It touches nothing and connects nowhere before `connect()` or the first request.
 * @example
 * const client = createClient({ url: '/ide/ws', token: () => fetchToken() });
 * const file = await client.request('file_open', { path: 'app.py' });
 */
export function createClient(options: ClientOptions): Client {
  const { on, emit } = createEmitter<ClientEvents>();
  const session = createSession(options.sessionId);
  let { clientId } = options;
  let queued = 0;
  // A subscription belongs to a connection, so all are repeated on the next one, the latest last.
  const subscriptions = new Map<string, () => void>();

  // The first listener, so that requests are settled before anybody else hears of a change.
  on('status', () => {
    const { greeting } = connection;
    if (greeting) session.adopt(greeting);
    requests.flush(greeting?.forgotten);
    if (greeting) subscriptions.forEach((again) => again());
  });

  const renewToken = async () => {
    try {
      const { token: source } = options;
      const token = typeof source === 'function' && (await source({ reason: 'expiring' }));
      if (token) await requests.start('token_refresh', { token }, {}, true).result;
    } catch (cause) {
      // The connection lives on until the old token ends; a new one is asked for then.
      emit('error', failure('unauthenticated', { cause }));
    }
  };
  on('auth_expiring', renewToken as () => void);

  const query = () => ({ ...session.query(), client: client.clientId });
  const connection = createConnection(options, emit, query, (message) => {
    const { type, session_id, request_id } = message;
    if (session_id) {
      const event = message as unknown as EventMessage;
      const distance = session.admit(event);
      if (distance > 0) connection.lost(ownCloseCode, 'gap');
      if (distance === 0) {
        emit('event', event);
        emit(type as EventName, event as never);
      }
    } else if (request_id) requests.answer(message);
    else if (type === 'error') emit('error', errorOf(type, message)!);
  });

  const requests = createRequests(options, connection, (waiting) => {
    const now = connection.greeting ? 0 : waiting;
    if (queued !== now) emit('queue', { queued: (queued = now) });
  });

  const { connect, reconnect, close } = connection;
  const { clock = systemClock } = options;
  let users = 0;
  let linger: unknown;
  const client: Client = {
    get status() {
      return connection.status;
    },
    get queued() {
      return queued;
    },
    get sessionId() {
      return session.query().session;
    },
    get clientId() {
      return (clientId ??= randomId());
    },
    request<N extends OperationName>(type: N, input: InputOf<N>, requestOptions?: RequestOptions) {
      if (/subscribe$/.test(type)) {
        const key = type + (input as InputOf<'subscribe'>).topics;
        subscriptions.delete(key);
        subscriptions.set(key, () => requests.start(type, input, {}, true));
      }
      return requests.start(type, input, requestOptions).result as Promise<OutputOf<N>>;
    },
    stream(type, input, streamOptions) {
      return createStream(on, requests.start(type, input, { timeoutMs: 0, ...streamOptions }));
    },
    on,
    approvals: {
      list: () => client.request('approval_list', {}),
      resolve: ({ approval_id, request_hash }, decision, resolveOptions) =>
        client.request('approval_resolve', {
          ...{ approval_id, request_hash, decision },
          ...resolveOptions,
        }),
      revoke: (grantId) => client.request('grant_revoke', { grant_id: grantId }),
    },
    connect,
    reconnect,
    close,
    retain() {
      users++;
      clock.clearTimeout(linger);
      connect();
    },
    release() {
      if (!--users) linger = clock.setTimeout(close, lingerMs);
    },
    [Symbol.asyncDispose]: async () => close(),
  };
  return client;
}
