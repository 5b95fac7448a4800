import { onTestFinished } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';
import { token } from './tokens.ts';

export type Message = Record<string, unknown> & { type: string };

/** A WebSocket client that knows the wire and nothing of our SDK. */
export interface RawClient {
  connect: Message;
  sessionId: string;
  messages: Message[];
  send(message: object | string | Buffer): void;
  /** Sends a request and waits for the reply that ends it. */
  ask(message: object): Promise<Message>;
  /** The first message, past or future, that fits. */
  next(fits: (message: Message) => boolean): Promise<Message>;
  closed: Promise<{ code: number; reason: string }>;
  terminate(): void;
}

const interim = new Set(['pending']);
let count = 0;

/** Opens a connection and waits for `connect`. */
export async function connectRaw(
  url: string,
  options: {
    token?: string | null;
    query?: Record<string, string>;
    client?: ClientOptions;
    protocols?: string[];
  } = {},
): Promise<RawClient> {
  const socket = openRaw(url, {
    ...options,
    token: options.token === undefined ? await token() : options.token,
  });
  const messages: Message[] = [];
  const waiting = new Set<(message: Message) => void>();
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  socket.on('message', (data) => {
    const message = JSON.parse((data as Buffer).toString('utf8')) as Message;
    messages.push(message);
    for (const notice of [...waiting]) notice(message);
  });
  const next = (fits: (message: Message) => boolean) =>
    new Promise<Message>((resolve, reject) => {
      const known = messages.find(fits);
      if (known) {
        resolve(known);
        return;
      }
      const notice = (message: Message) => {
        if (!fits(message)) return;
        waiting.delete(notice);
        resolve(message);
      };
      waiting.add(notice);
      void closed.then(({ code, reason }) => {
        reject(new Error(`closed with ${code} ${reason} before the message came`));
      });
    });
  const send = (message: object | string | Buffer) => {
    const isRaw = typeof message === 'string' || Buffer.isBuffer(message);
    socket.send(isRaw ? message : JSON.stringify(message));
  };
  const connect = await next(({ type }) => type === 'connect');
  onTestFinished(() => socket.terminate());
  return {
    connect,
    sessionId: connect['session_id'] as string,
    messages,
    send,
    async ask(message) {
      count += 1;
      const requestId = (message as { request_id?: string }).request_id ?? `q${count}`;
      const seen = messages.length;
      send({ request_id: requestId, ...message });
      return next(
        (reply) =>
          messages.indexOf(reply) >= seen &&
          reply['request_id'] === requestId &&
          reply['seq'] === undefined &&
          !interim.has(reply.type),
      );
    },
    next,
    closed,
    terminate: () => socket.terminate(),
  };
}

/** Opens a socket without waiting for anything. */
export function openRaw(
  url: string,
  options: {
    token?: string | null;
    query?: Record<string, string>;
    client?: ClientOptions;
    protocols?: string[];
  },
): WebSocket {
  const target = new URL(url);
  for (const [name, value] of Object.entries(options.query ?? {})) {
    target.searchParams.set(name, value);
  }
  const protocols =
    options.protocols ??
    (options.token ? ['ide-assistant.v1', `bearer.${options.token}`] : ['ide-assistant.v1']);
  return new WebSocket(target, protocols, { perMessageDeflate: false, ...options.client });
}
