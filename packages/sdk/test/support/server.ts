import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { createHandlers, hashOf, type Handler } from './operations.ts';
import { Session, type Message, type Peer } from './session.ts';

/** What one handshake brought along. */
export interface Handshake {
  session: string | null;
  client: string | null;
  epoch: string | null;
  lastSeq: string | null;
  protocols: string[];
}

/** Faults and settings; may be changed while it runs. */
export interface TestServerOptions {
  heartbeatMs?: number;
  messageBytes?: number;
  /** False is a broken server: it runs a repeated request once more. */
  dedupe?: boolean;
  /** Says of each outgoing message how often it is sent; 0 drops it. */
  copies?: (message: Message) => number;
  /** Refuses a handshake with this close code. */
  refuse?: (handshake: Handshake) => { code: number; reason?: string } | undefined;
  /** Accepts sockets, and says and hears nothing. */
  silent?: boolean;
}

/** A server in this process that keeps the wire contract, sections 1 to 4, in memory. */
export class TestServer {
  readonly options: TestServerOptions;
  readonly handlers: Record<string, Handler> = createHandlers();
  readonly handshakes: Handshake[] = [];
  /** All messages of clients, in order. */
  readonly received: Message[] = [];
  /** Request ids in the order in which they took effect. */
  readonly effects: string[] = [];
  readonly files = new Map<string, { content: string; hash: string }>();
  readonly sessions = new Map<string, Session>();
  readonly #wss: WebSocketServer;

  private constructor(wss: WebSocketServer, options: TestServerOptions) {
    this.#wss = wss;
    this.options = options;
    wss.on('connection', (socket, { url = '', headers }) =>
      this.#accept(socket, url, headers['sec-websocket-protocol'] ?? ''),
    );
  }

  /** @param port 0 takes a free one. */
  static async start(options: TestServerOptions = {}, port = 0): Promise<TestServer> {
    const wss = new WebSocketServer({
      host: '127.0.0.1',
      port,
      handleProtocols: (protocols) =>
        protocols.has('ide-assistant.v1') ? 'ide-assistant.v1' : false,
    });
    const server = new TestServer(wss, options);
    await new Promise((resolve) => wss.once('listening', resolve));
    return server;
  }

  get port(): number {
    return (this.#wss.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/ide/ws`;
  }

  get sockets(): WebSocket[] {
    return [...this.#wss.clients];
  }

  get session(): Session {
    const [session] = this.sessions.values();
    if (!session) throw new Error('no session yet');
    return session;
  }

  write(path: string, content: string): void {
    this.files.set(path, { content, hash: hashOf(content) });
  }

  closeSockets(code: number, reason = ''): void {
    for (const socket of this.sockets) socket.close(code, reason);
  }

  cutSockets(): void {
    for (const socket of this.sockets) socket.terminate();
  }

  async stop(): Promise<void> {
    this.cutSockets();
    await new Promise((resolve) => this.#wss.close(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #accept(socket: WebSocket, url: string, offered: string): void {
    // A client that vanishes in mid-frame is what these tests are about.
    socket.on('error', () => socket.terminate());
    const query = new URL(url, 'ws://localhost').searchParams;
    const handshake: Handshake = {
      session: query.get('session'),
      client: query.get('client'),
      epoch: query.get('epoch'),
      lastSeq: query.get('last_seq'),
      protocols: offered.split(', '),
    };
    this.handshakes.push(handshake);
    if (this.options.silent) return;
    const refusal = this.options.refuse?.(handshake);
    if (refusal) return socket.close(refusal.code, refusal.reason);

    const id = handshake.session ?? `s_${randomUUID()}`;
    const session = this.sessions.get(id) ?? new Session(id);
    this.sessions.set(id, session);
    const peer: Peer = {
      socket,
      clientId: handshake.client ?? '',
      send: (message) => {
        if (this.options.silent) return;
        const copies = this.options.copies?.(message) ?? 1;
        for (let copy = 0; copy < copies; copy++) socket.send(JSON.stringify(message));
      },
    };
    this.#greet(session, peer, handshake);
    session.peers.add(peer);
    socket.on('close', () => session.peers.delete(peer));
    socket.on('message', (data) => {
      if (!this.options.silent)
        this.#receive(session, peer, JSON.parse((data as Buffer).toString()));
    });
  }

  #greet(session: Session, peer: Peer, { epoch, lastSeq }: Handshake): void {
    const missed = session.since(epoch, Number(lastSeq));
    peer.send({
      ...{ type: 'connect', session_id: session.id, connection_id: `c_${randomUUID()}` },
      ...{ client_id: peer.clientId, epoch: session.epoch, seq: session.seq },
      ...{ resumed: missed !== undefined, user: { id: 'ada', roles: [] }, expires_at: null },
      protocol: 1,
      limits: {
        message_bytes: this.options.messageBytes ?? 2_097_152,
        ...{ file_bytes: 1_048_576, output_bytes: 51_200, execution_ms: 10_000 },
        heartbeat_ms: this.options.heartbeatMs ?? 30_000,
      },
      capabilities: {
        ...{ languages: ['python'], terminal: false, assistant: { name: 'test', model: null } },
        sandbox: { driver: 'none', isolation: 'none', protections: {} },
      },
    });
    if (missed) for (const event of missed) peer.send(event);
    else peer.send(session.snapshot(this.files));
  }

  #receive(session: Session, peer: Peer, message: Message): void {
    this.received.push(message);
    const { type } = message;
    if (type === 'pong') return;
    if (type === 'ping' && message['request_id'] === undefined) return peer.send({ type: 'pong' });
    const requestId = String(message['request_id']);
    const key = `${peer.clientId}/${requestId}`;
    const known = session.outcomes.get(key);
    if (known && (this.options.dedupe ?? true)) {
      if (known.reply) peer.send(known.reply);
      return;
    }
    void this.#run(session, peer.clientId, key, requestId, message);
  }

  async #run(session: Session, clientId: string, key: string, requestId: string, message: Message) {
    const outcome = { type: message.type, clientId, text: '', abort: new AbortController() };
    session.outcomes.set(key, outcome);
    this.effects.push(requestId);
    const reply = (answer: Message) => {
      for (const peer of session.peers) {
        if (peer.clientId === clientId) peer.send({ ...answer });
      }
    };
    const handler = this.handlers[message.type];
    const context = { session, requestId, outcome, files: this.files, reply };
    const result = handler
      ? await handler(message, context)
      : { type: 'error', code: 'invalid_message', message: 'unknown', retryable: false };
    const ended = session.outcomes.get(key);
    if (ended?.reply) return;
    const answer: Message = { ...result, request_id: requestId };
    Object.assign(outcome, { reply: answer });
    reply(answer);
  }
}
