import type { EventFields, EventName } from '../protocol/index.ts';
import type {
  FakeHandler,
  FakeMessage,
  FakeServer,
  FakeServerOptions,
  FakeSocket,
} from './types.ts';

/**
 * Creates a server in memory that keeps the wire contract's part on connections, delivery and resume.
 * It has no network and no timers; what it sends arrives in a later microtask.
 *
 * Its clients share one session. A reply has the `type` of its request, which the client does not read.
 * Cancelling stops no handler; nobody waits for its reply any more.
 *
 * @example
 * const server = createFakeServer({
 *   replies: { directory_list: () => ({ tree: [], file_count: 0, truncated: false }) },
 * });
 * const client = createClient({ url: 'ws://test', WebSocket: server.WebSocket });
 * await client.request('directory_list', {});
 * server.emit('ai_typing', { is_typing: true });
 */
export function createFakeServer({ replies = {}, connect }: FakeServerOptions = {}): FakeServer {
  // By client and request id, so that a repeat gets the reply that was kept or is on its way.
  const outcomes: Record<string, Promise<FakeMessage>> = {};
  // The event with the number n stands at n - 1.
  let log: FakeMessage[] = [];
  let epoch = 'e';
  let sessionId = 's';
  let refusal: Close = [];

  const later = (socket: FakeSocket, act: () => unknown) =>
    queueMicrotask(() => socket.readyState < 2 && act());
  const say = (socket: FakeSocket, data: Frame) =>
    later(socket, () => socket.onmessage?.({ data: data.type ? JSON.stringify(data) : data }));
  const eventOf = (type: string, fields: object): FakeMessage => ({
    ...{ type, session_id: sessionId, timestamp: new Date(), ...fields },
  });

  const server = {
    received: [] as FakeMessage[],
    sockets: [] as FakeSocket[],
    snapshot: { approvals: [], diffs: [], messages: [], files: [], running: [] },
    emit<N extends EventName>(type: N, fields: EventFields<N>, requestId?: string) {
      const event = eventOf(type, { request_id: requestId, ...fields });
      // Of the other events only the latest matters, or they concern one connection.
      if (!/^(con|ph|au|dis)/.test(type)) event['seq'] = log.push(event);
      server.binary(event);
    },
    binary: (data: Frame) => server.sockets.forEach((socket) => say(socket, data)),
    refuse(...close: Close) {
      refusal = close;
    },
    close: (...close: Close) => server.sockets.forEach((socket) => socket.close(...close)),
    cut: () => server.close(1006),
    restart() {
      epoch += 1;
      log = [];
      server.close(1012);
    },
    // A function that returns an object can be called with `new`; its type has no way to say so.
    WebSocket: open as never,
  };

  function open(url: string, protocols: string[]): FakeSocket {
    const socket = {
      ...{ url, protocols, protocol: protocols[0], readyState: 0 },
      send: (data: string) => later(socket, () => receive(JSON.parse(data))),
      close: (code = 1000, reason = '') =>
        later(socket, () => {
          socket.readyState = 3;
          socket.onclose?.({ code, reason });
        }),
    } as Open;
    const query = new URL(url).searchParams;
    server.sockets.push(socket);
    later(socket, () => {
      socket.readyState = 1;
      if (refusal[0]) return socket.close(...refusal);
      sessionId = query.get('session') ?? sessionId;
      const resumed = query.get('epoch') === epoch;
      const greeting = eventOf('connect', {
        ...{ client_id: query.get('client'), epoch, seq: log.length, resumed },
        limits: {
          ...{ message_bytes: 2e6, file_bytes: 1e6, output_bytes: 5e4, execution_ms: 1e4 },
          heartbeat_ms: 3e4,
        },
        ...connect,
      });
      const missed = resumed
        ? log.slice(+query.get('last_seq')!)
        : [eventOf('session_snapshot', server.snapshot)];
      [greeting, ...missed].forEach((message) => say(socket, message));
    });

    async function receive(message: FakeMessage & { request_id: string }) {
      server.received.push(message);
      const { type, request_id, ...input } = message;
      if (!request_id) return say(socket, { type: 'pong' });
      const key = query.get('client') + request_id;
      const reply = await (outcomes[key] ??= run());
      // What may pass by itself may be tried again.
      if (reply['retryable']) delete outcomes[key];
      return say(socket, { ...reply, request_id });

      async function run(): Promise<FakeMessage> {
        const handler = (replies as Record<string, FakeHandler | undefined>)[type];
        try {
          if (!handler) throw { code: 'invalid_message', message: 'no reply' };
          return {
            ...{ type, verified: true, verification_id: key, timestamp: new Date() },
            ...(await handler(input, {
              requestId: request_id,
              emit: (name, fields) => server.emit(name, fields, request_id),
              pending: (fields) => say(socket, { type: 'pending', request_id, ...fields }),
            })),
          };
        } catch (error) {
          return {
            ...{ type: 'error', code: 'internal', original_type: type, retryable: false },
            ...(error as Error),
            message: (error as Error).message,
          };
        }
      }
    }
    return socket;
  }
  return server;
}

// A frame with a type is a message; bytes have none.
type Frame = FakeMessage | (ArrayBuffer & { type?: undefined });
type Close = [code?: number, reason?: string];
type Open = FakeSocket & { readyState: number };
