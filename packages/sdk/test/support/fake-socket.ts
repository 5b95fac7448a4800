import type { WebSocketLike } from '../../src/index.ts';

/** A socket whose other end is the test. */
export class FakeSocket implements WebSocketLike {
  readyState = 0;
  binaryType = 'blob';
  onmessage: WebSocketLike['onmessage'] = null;
  onerror: WebSocketLike['onerror'] = null;
  onclose: WebSocketLike['onclose'] = null;
  readonly sent: Record<string, unknown>[] = [];
  closed: { code: number | undefined; reason: string | undefined } | undefined;
  readonly url: string;
  readonly protocols: string[];

  constructor(url: string, protocols: string[]) {
    this.url = url;
    this.protocols = protocols;
  }

  get query(): URLSearchParams {
    return new URL(this.url).searchParams;
  }

  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }

  close(code?: number, reason?: string): void {
    if (code !== undefined && code !== 1000 && (code < 3000 || code > 4999)) {
      throw new RangeError(`a page may not close with ${code}`);
    }
    this.readyState = 3;
    this.closed = { code, reason };
  }

  /** Says `connect`. */
  greet(fields: Record<string, unknown> = {}): void {
    this.readyState = 1;
    this.say({
      ...{ type: 'connect', session_id: 's_1', connection_id: 'c_1', client_id: 'k', epoch: 'e_1' },
      ...{ seq: 0, resumed: false, user: { id: 'ada', roles: [] }, expires_at: null, protocol: 1 },
      limits: { message_bytes: 2_097_152, heartbeat_ms: 30_000 },
      capabilities: {},
      ...fields,
    });
  }

  say(message: Record<string, unknown>): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** Says an event with this number. */
  event(seq: number, type = 'ai_typing', fields: Record<string, unknown> = {}): void {
    const envelope = { seq, session_id: 's_1', timestamp: '2026-11-21T12:00:00.000Z' };
    this.say({ type, is_typing: true, ...envelope, ...fields });
  }

  drop(code: number, reason = ''): void {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }
}

/** A constructor that keeps what it made. */
export function socketFactory() {
  const sockets: FakeSocket[] = [];
  class Socket extends FakeSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      sockets.push(this);
    }
  }
  return {
    sockets,
    WebSocket: Socket,
    /** The newest. */
    get last(): FakeSocket {
      const socket = sockets.at(-1);
      if (!socket) throw new Error('no socket was opened');
      return socket;
    },
  };
}
