import type { WebSocketConstructor, WebSocketLike } from '../environment.ts';
import type { ConnectMessage } from '../protocol/index.ts';
import type { ChannelLike, LocksLike } from './page.ts';
import type { ShareSocketOptions } from './share-socket.ts';

/**
 * - `greeting`: has its own socket, and the client does not know of it yet.
 * - `leading`: its own socket is that of all.
 * - `following`: uses the leader's.
 * - `alone`: uses its own, because nothing can be shared here.
 */
type Role = 'greeting' | 'leading' | 'following' | 'alone' | 'closed';

/** What tabs tell each other. A leader goes by the id of its connection. */
type Note =
  /** Asks who leads. */
  | [kind: 'hello']
  /** Answers that, and announces a new leader. */
  | [kind: 'lead', leader: string]
  /** Passes on a frame of the server. */
  | [kind: 'frame', leader: string, frame: unknown]
  /** Asks the leader to send a frame; with the time, epoch milliseconds. */
  | [kind: 'send', leader: string, frame: string, sentAt: number]
  /** The leader's socket is closed. */
  | [kind: 'close', leader: string, code: number, reason: string];

/** How long a leader may take to hear the others before it counts as asleep, milliseconds. */
const patienceMs = 2_000;

/** How long the word of a leader that ends may take, milliseconds. */
const lastWordMs = 100;

/** Close code upon which a client connects again at once. */
const restart = 1012;

/** A socket that turns into another tab's once both have been greeted alike. */
export class SharedSocket implements WebSocketLike {
  binaryType = 'arraybuffer';
  onmessage: WebSocketLike['onmessage'] = null;
  onerror: WebSocketLike['onerror'] = null;
  onclose: WebSocketLike['onclose'] = null;

  readonly #options: ShareSocketOptions;
  readonly #own: WebSocketLike;
  readonly #waiting = new AbortController();
  #role: Role = 'greeting';
  /** Its connection. */
  #id = '';
  #leader: string | undefined;
  #channel: ChannelLike | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #release = (): void => {};
  // Frames that the client is to get when the role is known: first its own, then the leader's.
  #greeting: unknown[] = [];
  #missed: unknown[] = [];
  #pings = 0;
  /** Whether there are other tabs. */
  #isShared = false;

  constructor(options: ShareSocketOptions, url: string, protocols: string[]) {
    this.#options = options;
    const Socket: WebSocketConstructor = options.WebSocket ?? WebSocket;
    const own = new Socket(url, protocols);
    this.#own = own;
    own.binaryType = 'arraybuffer';
    own.onmessage = ({ data }) => this.#fromServer(data);
    own.onerror = (event) => this.onerror?.(event);
    own.onclose = ({ code, reason }) => this.#end(code, reason);
  }

  get readyState(): number {
    return this.#role === 'greeting' ? 0 : this.#role === 'closed' ? 3 : 1;
  }

  send(frame: string): void {
    const isFollowing = this.#role === 'following';
    if (this.#isShared && /"unsubscribe"/.test(frame)) {
      const { type, request_id } = read(frame);
      // Topics belong to the socket: other tabs may still want them, so they stay until it ends.
      if (type === 'unsubscribe') {
        const data = JSON.stringify({ type: 'subscribed', request_id, topics: ['session'] });
        queueMicrotask(() => this.onmessage?.({ data }));
        return;
      }
    }
    if (isFollowing) this.#tell('send', this.#leader!, frame, Date.now());
    else this.#own.send(frame);
  }

  close(code = 1000, reason = ''): void {
    this.#own.close(code, reason);
    this.#end(code, reason, restart);
  }

  #fromServer(data: unknown): void {
    const message = read(data);
    const { type } = message;
    if (this.#role === 'greeting') {
      this.#greeting.push(data);
      if (type === 'connect') this.#meet(message as ConnectMessage);
      // What the leader had heard before it answered has arrived here as well by now.
      else if (type === 'pong' && !--this.#pings && this.#leader) this.#follow();
      return;
    }
    this.onmessage?.({ data });
    // What is left of the greeting, and the end of the leader's own token, concern no other tab.
    if (this.#role === 'leading' && type !== 'session_snapshot' && type !== 'auth_expiring')
      this.#tell('frame', this.#id, data);
  }

  /** Looks for the tabs that the server has greeted alike. */
  #meet({ connection_id, session_id, epoch, client_id, user }: ConnectMessage): void {
    this.#id = connection_id;
    try {
      const { name, locks = navigator.locks, createChannel } = this.#options;
      const key = JSON.stringify([name, session_id, epoch, client_id, user]);
      this.#lead(locks, key, { signal: this.#waiting.signal });
      this.#channel = createChannel?.(key) ?? new BroadcastChannel(key);
      this.#channel.onmessage = ({ data }) => this.#fromTab(data as Note);
      this.#tell('hello');
      this.#timer = setTimeout(() => {
        // Nobody answers for whoever holds the lock.
        if (!this.#leader) this.#lead(locks, key, { steal: true });
      }, patienceMs);
    } catch {
      this.#begin('alone');
    }
  }

  /** Leads as soon as nobody else does. */
  #lead(locks: LocksLike, key: string, options: { signal?: AbortSignal; steal?: boolean }): void {
    const granted = () => {
      const released = new Promise<void>((resolve) => {
        this.#release = resolve;
      });
      if (this.#role === 'following') {
        // The leader is gone. Its last word, if there was one, may still be on its way.
        this.#timer = setTimeout(() => {
          this.#tell('close', this.#leader!, restart, '');
          this.#end(restart, '');
        }, lastWordMs);
      } else if (this.#role === 'greeting') {
        this.#leader = undefined;
        this.#tell('lead', this.#id);
        this.#begin('leading');
      } else this.#release();
      return released;
    };
    locks.request(key, options, granted).catch(() => {
      // Another tab has taken over, or the page may not use locks.
      if (this.#role === 'leading') this.#end(restart, '');
      else if (this.#role === 'greeting') this.#begin('alone');
    });
  }

  #follow(): void {
    this.#own.onmessage = this.#own.onclose = null;
    this.#own.close(1000);
    this.#begin('following');
    for (const data of this.#missed) this.onmessage?.({ data });
  }

  #fromTab(note: Note): void {
    const [kind, leader] = note;
    const isFollowing = this.#role === 'following';
    this.#isShared = true;
    if (kind === 'hello') {
      if (this.#role === 'leading') this.#tell('lead', this.#id);
    } else if (kind === 'send') {
      if (this.#role !== 'leading' || leader !== this.#id) return;
      // Those who were not heard in time may have taken back by another way what they asked for here.
      if (Date.now() - note[3] > patienceMs) this.#end(restart, '');
      else this.#own.send(note[2]);
    } else if (kind === 'lead') {
      if (leader === this.#leader) return;
      // Another tab has lost patience with the one that this one follows.
      if (isFollowing) this.#end(restart, '');
      if (this.#role !== 'greeting') return;
      this.#leader = leader;
      this.#missed = [];
      this.#pings++;
      this.#own.send('{"type":"ping"}');
    } else if (leader !== this.#leader) {
      return;
    } else if (kind === 'frame') {
      if (isFollowing) this.onmessage?.({ data: note[2] });
      else this.#missed.push(note[2]);
    } else if (isFollowing) this.#end(note[2], note[3]);
    else this.#leader = undefined;
  }

  #tell(...note: Note): void {
    this.#channel?.postMessage(note);
  }

  #begin(role: Role): void {
    this.#role = role;
    clearTimeout(this.#timer);
    for (const data of this.#greeting.splice(0)) this.onmessage?.({ data });
  }

  #end(code: number, reason: string, told = code): void {
    if (this.#role === 'closed') return;
    if (this.#role === 'leading') this.#tell('close', this.#id, told, reason);
    this.#own.onmessage = this.#own.onclose = null;
    this.#own.close(1000);
    this.#waiting.abort();
    this.#release();
    this.#channel?.close();
    this.#begin('closed');
    this.onclose?.({ code, reason });
  }
}

function read(data: unknown): { type?: string; request_id?: string } {
  try {
    return JSON.parse(data as string) ?? {};
  } catch {
    // Binary, or not readable: the client sees to that.
    return {};
  }
}
