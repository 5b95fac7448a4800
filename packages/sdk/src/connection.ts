import { systemClock, systemEnvironment, type WebSocketLike } from './environment.ts';
import { failure } from './errors.ts';
import { createHeartbeat } from './heartbeat.ts';
import type { ClientEvents, Emitter } from './events.ts';
import { read, type ClientOptions } from './options.ts';
import type { ConnectMessage } from './protocol/index.ts';
import { isFinal, ownCloseCode, retryDelayMs } from './reconnect.ts';
import type { Status } from './status.ts';

/** A message of the server; its other fields are those of its type. */
export interface IncomingMessage {
  type: string;
  [field: string]: unknown;
}

/** Keeps one socket open for as long as it is wanted. */
export interface Connection {
  readonly status: Status;
  /** What the server said at the begin of the connection; undefined while there is none. */
  readonly greeting: ConnectMessage | undefined;
  /** Begins from `idle`, and again after a close with 1000; does nothing otherwise. */
  connect(): void;
  /** Begins anew at once, unless an attempt is running. */
  reconnect(): void;
  /** Sends on the open socket; tells whether there was one. */
  send(frame: string): boolean;
  /** Gives the socket up as if it had closed like this, and resumes on another. */
  lost(code: number, reason: string): void;
  /** Ends; no timer and no listener is left. */
  close(): void;
}

/**
 * Creates a connection, which does nothing until `connect()`. It emits `status`, and as `error` what
 * belongs to no request. `query` gives the parameters of the next handshake; `received` takes the
 * messages of an open connection, but for the handshake and the heartbeat.
 */
export function createConnection(
  options: ClientOptions,
  emit: Emitter<ClientEvents>['emit'],
  query: () => Record<string, string | number | undefined>,
  received: (message: IncomingMessage) => void,
): Connection {
  const {
    clock = systemClock,
    environment = systemEnvironment,
    random = Math.random,
    connectTimeoutMs = 10_000,
  } = options;
  const { minMs = 500, maxMs = 15_000, stableMs = 5_000 } = options.backoff ?? {};

  let status: Status = { state: 'idle' };
  let greeting: ConnectMessage | undefined;
  let socket: WebSocketLike | undefined;
  // Tells an attempt that waits for its url and token whether it is still the current one.
  let generation = 0;
  let attempt = 0;
  // Of the state: the end of an attempt, the begin of a retry, or when a connection counts as stable.
  let timer: unknown;
  let unwatch: (() => void) | undefined;
  let lastClose = { code: 0, reason: '' };
  // What the server's `disconnect` says about the next attempt, and when that may be (epoch ms).
  let retryAfterMs: number | undefined;
  let notBefore = 0;
  let token = '';
  // The token that was renewed because of a refusal; a second refusal is final.
  let refusedToken: string | undefined;

  const heartbeat = createHeartbeat(
    clock,
    () => send('{"type":"ping"}'),
    () => lost(4408, 'timeout'),
  );

  function connect(): void {
    if (status.state === 'idle' || (status.state === 'closed' && status.code === 1000)) {
      start();
      proceed();
    }
  }

  function start(): void {
    attempt = notBefore = 0;
    refusedToken = undefined;
    unwatch ??= environment.watch(environmentChanged);
  }

  function proceed(delayMs?: number): void {
    clock.clearTimeout(timer);
    if (!environment.online) return change({ state: 'offline' });
    if (delayMs === undefined) return void open();
    // In a page that nobody sees it stays at that; the next look at it goes on.
    timer = clock.setTimeout(() => environment.hidden || proceed(), delayMs);
    change({ state: 'reconnecting', attempt, retryAt: clock.now() + delayMs, ...lastClose });
  }

  async function open(): Promise<void> {
    detach(1000, '');
    const current = generation;
    timer = clock.setTimeout(() => lost(4408, 'timeout'), connectTimeoutMs);
    change({ state: 'connecting', attempt });

    const { url, token: source } = options;
    let end = lost;
    try {
      const reason = refusedToken === undefined ? 'connect' : 'refused';
      const newToken = await read(source, { reason });
      const address = await read(url);
      // Closed meanwhile, as by the unmount of a double mount: no socket is made.
      if (current !== generation) return;
      token = newToken ?? '';
      if (token === refusedToken) return finish(4401, lastClose.reason);

      // From here on: a malformed address or token, or no WebSocket in this runtime. It stays so.
      end = finish;
      const target = new URL(address, environment.baseUrl);
      target.protocol = target.protocol.replace('http', 'ws');
      const parameters = query();
      for (const name in parameters) {
        if (parameters[name] != null) target.searchParams.set(name, parameters[name] as string);
      }
      socket = new (options.WebSocket ?? WebSocket)(target.href, [
        'ide-assistant.v1',
        ...(token ? ['bearer.' + token] : []),
      ]);
    } catch (cause) {
      if (current !== generation) return;
      emit('error', failure('network', { cause }));
      return end(ownCloseCode, (cause as Error).message);
    }
    socket.binaryType = 'arraybuffer';
    socket.onmessage = receive;
    // A browser tells nobody what the error was; the close that follows has a code.
    socket.onerror = () => {};
    socket.onclose = ({ code, reason }) => {
      socket = undefined;
      lost(code, reason);
    };
  }

  function receive({ data }: { readonly data: unknown }): void {
    if (typeof data !== 'string') return emit('binary', data as ArrayBuffer);
    try {
      // Never null: an object, or a primitive on which every field below is undefined.
      const message: IncomingMessage = JSON.parse(data) ?? {};
      if (message.type === 'connect') return opened(message as unknown as ConnectMessage);
      // Events come though nothing that we send arrives; only an answer shows that we are heard.
      if (message.type === 'ping') send('{"type":"pong"}');
      else if (!message['session_id']) heartbeat.heard();
      if (message.type === 'disconnect') retryAfterMs = message['retry_after_ms'] as number;
      if (greeting) received(message);
    } catch {
      // No JSON, or no such fields as its type has. No code of the application runs in here.
      lost(ownCloseCode, 'network');
    }
  }

  function opened(connect: ConnectMessage): void {
    heartbeat.start(connect.limits.heartbeat_ms);
    clock.clearTimeout(timer);
    // A proxy, or a server about to die, may accept and drop at once: only what lasts is a success.
    timer = clock.setTimeout(() => {
      attempt = 0;
      // A `disconnect` that was replayed speaks of an earlier connection.
      refusedToken = retryAfterMs = undefined;
    }, stableMs);
    greeting = connect;
    change({ state: 'connected', connect });
  }

  function send(frame: string): boolean {
    // On a socket that is closing it is lost; the request is sent again on the next.
    if (greeting) socket?.send(frame);
    return !!greeting;
  }

  function lost(code: number, reason: string): void {
    const orderedMs = retryAfterMs ?? (code === 4429 ? Number(reason) || undefined : undefined);
    detach(code, reason);
    const refused = code === 4401;
    if (isFinal(code) || (refused && refusedToken !== undefined)) return finish(code, reason);
    if (refused) refusedToken = token;

    lastClose = { code, reason };
    notBefore = clock.now() + (orderedMs ?? 0);
    const delayMs = retryDelayMs({ minMs, maxMs }, code, attempt++, random);
    proceed(orderedMs ?? delayMs);
  }

  function finish(code: number, reason: string): void {
    detach(code, reason);
    unwatch?.();
    unwatch = undefined;
    change({ state: 'closed', code, reason });
  }

  function detach(code: number, reason: string): void {
    generation++;
    greeting = retryAfterMs = undefined;
    clock.clearTimeout(timer);
    heartbeat.stop();
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    // `onerror` stays: closing a socket before it is open is an error that `ws` throws if unheard.
    socket.close(code, reason);
    socket = undefined;
  }

  function environmentChanged(): void {
    const { state } = status;
    if (!environment.online) {
      if (state !== 'offline') lost(ownCloseCode, 'offline');
    } else if (state === 'reconnecting' || state === 'offline') {
      proceed(Math.max(0, notBefore - clock.now()));
    } else if (greeting) {
      heartbeat.probe();
    }
  }

  function change(next: Status): void {
    status = next;
    emit('status', next);
  }

  return {
    get status() {
      return status;
    },
    get greeting() {
      return greeting;
    },
    connect,
    reconnect() {
      if (status.state === 'connecting') return;
      start();
      void open();
    },
    send,
    lost,
    close() {
      if (status.state === 'closed') return;
      finish(1000, '');
    },
  };
}
