import { WebSocket } from 'ws';
import {
  createClient,
  type Client,
  type ClientOptions,
  type Clock,
  type WebSocketConstructor,
  type WebSocketLike,
} from '../../src/index.ts';
import { systemClock } from '../../src/environment.ts';
import { shareSocket, type LocksLike, type ShareSocketOptions } from '../../src/tabs/index.ts';
import { fakeEnvironment } from '../support/client.ts';
import type { FakeBrowser, Tab } from './fake-browser.ts';
import { FakeChannel } from './fake-channel.ts';

/** A page of a browser, whose tasks stop when it is frozen or gone. */
export class FakeTab implements Tab {
  /** What the page has to share a socket with. */
  readonly parts: ShareSocketOptions;
  readonly WebSocket: WebSocketConstructor;
  /** Its timers are the page's. */
  readonly clock: Clock = {
    ...systemClock,
    setTimeout: (callback, ms) => systemClock.setTimeout(() => this.run(callback), ms),
  };
  readonly #browser: FakeBrowser;
  readonly #sockets = new Set<WebSocket>();
  #isGone = false;
  #asleep: (() => void)[] | undefined;

  constructor(browser: FakeBrowser, Socket = this.#ownSocket()) {
    this.#browser = browser;
    this.parts = {
      name: 'app',
      WebSocket: Socket,
      locks: this.#locks(),
      createChannel: (name) => new FakeChannel(browser.channels, this, name),
      storage: {
        getItem: (key) => browser.storage.get(key) ?? null,
        setItem: (key, value) => void browser.storage.set(key, value),
      },
    };
    this.WebSocket = shareSocket(this.parts);
  }

  /** A client of the page. */
  client(url: string, options: Partial<ClientOptions> = {}): Client {
    const { clock } = this;
    const backoff = { minMs: 1, maxMs: 10, stableMs: 50 };
    return createClient({
      ...{ url, sessionId: 's_1', clock, backoff, timeoutMs: 0 },
      ...{ environment: fakeEnvironment(), WebSocket: this.WebSocket },
      ...options,
    });
  }

  /** How many sockets of its own the page has open. */
  get openSockets(): number {
    return [...this.#sockets].filter(({ readyState }) => readyState === WebSocket.OPEN).length;
  }

  /** Runs a task of the page: later if it is frozen, never if it is gone. */
  run(task: () => void): void {
    if (this.#isGone) return;
    if (this.#asleep) this.#asleep.push(task);
    else task();
  }

  /** Stops all that runs in the page, while its socket and its lock stay. */
  freeze(): void {
    this.#asleep ??= [];
  }

  wake(): void {
    const tasks = this.#asleep ?? [];
    this.#asleep = undefined;
    for (const task of tasks) this.run(task);
  }

  /** Ends the page without a word. */
  kill(): void {
    this.#isGone = true;
    for (const socket of this.#sockets) socket.terminate();
    this.#browser.forget(this);
  }

  #locks(): LocksLike {
    return {
      request: (name, { signal, steal }, callback) =>
        new Promise((resolve, reject) => {
          const request = { tab: this, name, callback, resolve, reject };
          signal?.addEventListener('abort', () => {
            this.#browser.withdraw(request);
            reject(signal.reason);
          });
          if (steal) this.#browser.steal(request);
          else this.#browser.enqueue(request);
        }),
    };
  }

  /** A class of real sockets whose events are tasks of the page. */
  #ownSocket(): WebSocketConstructor {
    const run = (task: () => void) => this.run(task);
    const sockets = this.#sockets;
    return class implements WebSocketLike {
      onmessage: WebSocketLike['onmessage'] = null;
      onerror: WebSocketLike['onerror'] = null;
      onclose: WebSocketLike['onclose'] = null;
      readonly #socket: WebSocket;

      constructor(url: string, protocols: string[]) {
        const socket = new WebSocket(url, protocols);
        this.#socket = socket;
        sockets.add(socket);
        socket.binaryType = 'arraybuffer';
        socket.onmessage = ({ data }) => run(() => this.onmessage?.({ data }));
        socket.onerror = (event) => run(() => this.onerror?.(event));
        socket.onclose = ({ code, reason }) => {
          sockets.delete(socket);
          run(() => this.onclose?.({ code, reason }));
        };
      }

      get readyState(): number {
        return this.#socket.readyState;
      }

      send(data: string): void {
        this.#socket.send(data);
      }

      close(code?: number, reason?: string): void {
        this.#socket.close(code, reason);
      }
    };
  }
}
