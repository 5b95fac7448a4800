import type { ClientOptions } from '@ide-assistant/sdk';
import { WebSocket } from 'ws';
import { until } from './soon.ts';

/** A frame as the message that it holds. */
interface TappedFrame {
  readonly direction: 'up' | 'down';
  readonly message: Readonly<Record<string, unknown>>;
}

/** The sockets of one page, watched and handled from where the page cannot see it. */
export interface Tap {
  /** For `createClient`. */
  readonly WebSocket: NonNullable<ClientOptions['WebSocket']>;
  /** Addresses of the sockets that were opened, in order. */
  readonly opened: readonly URL[];
  /** Messages of that type, sent or received. */
  all(direction: TappedFrame['direction'], type: string): TappedFrame['message'][];
  /** Resolves once so many messages of that type have passed. */
  seen(direction: TappedFrame['direction'], type: string, times?: number): Promise<void>;
  /** While this is set nothing reaches the page, since its event loop does not get to it. */
  isHeld: boolean;
  /** Resolves when all that either side has sent so far has arrived at the other. */
  settled(): Promise<void>;
  /** Resolves when no socket is open, though the page may not know. */
  closed(): Promise<void>;
  /** Drops the sockets as a network does. */
  cut(): void;
  /** Drops the sockets and lets the page see, send and open nothing any more: it is gone. */
  end(): void;
}

/** Watches the sockets of one page. */
export function tapSockets(): Tap {
  const opened: URL[] = [];
  const frames: TappedFrame[] = [];
  const sockets: TapSocket[] = [];
  const waiting = new Set<() => void>();
  let isHeld = false;
  let isGone = false;

  const note = (direction: TappedFrame['direction'], data: unknown) => {
    const text = String(data);
    if (!text.startsWith('{')) return;
    frames.push({ direction, message: JSON.parse(text) as TappedFrame['message'] });
    for (const check of [...waiting]) check();
  };

  class TapSocket extends WebSocket {
    held: [event: string | symbol, args: unknown[]][] = [];
    answered: () => void = () => undefined;

    constructor(url: string, protocols: string[]) {
      super(url, protocols, { perMessageDeflate: false });
      opened.push(new URL(url));
      sockets.push(this);
      if (isGone) this.terminate();
    }

    override send(data: string): void {
      if (isGone) return;
      note('up', data);
      super.send(data);
    }

    override emit(event: string | symbol, ...args: unknown[]): boolean {
      if (event === 'pong' || event === 'close') this.answered();
      if (isGone) return true;
      if (isHeld && (event === 'message' || event === 'close')) {
        this.held.push([event, args]);
        return true;
      }
      if (event === 'message') note('down', args[0]);
      return super.emit(event, ...args);
    }

    /** Goes to the other side and back. */
    trip(): Promise<void> {
      return new Promise((resolve) => {
        this.answered = resolve;
        this.ping();
      });
    }
  }

  const tap: Tap = {
    WebSocket: TapSocket,
    opened,
    all: (direction, type) =>
      frames
        .filter((frame) => frame.direction === direction && frame.message['type'] === type)
        .map(({ message }) => message),
    seen(direction, type, times = 1) {
      return new Promise((resolve) => {
        const check = () => {
          if (tap.all(direction, type).length < times) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      });
    },
    get isHeld() {
      return isHeld;
    },
    set isHeld(next) {
      isHeld = next;
      if (next) return;
      for (const socket of sockets) {
        for (const [event, args] of socket.held.splice(0)) socket.emit(event, ...args);
      }
    },
    async settled() {
      // A socket keeps the order, so that what was sent before the answer to a ping has come before it.
      // The second trip is for what the first one's frames were answered by.
      for (const socket of sockets) {
        for (let trip = 0; trip < 2 && socket.readyState === WebSocket.OPEN; trip += 1) {
          await socket.trip();
        }
      }
    },
    closed: () => until(() => sockets.every(({ readyState }) => readyState === WebSocket.CLOSED)),
    cut() {
      for (const socket of sockets) socket.terminate();
    },
    end() {
      isGone = true;
      tap.cut();
    },
  };
  return tap;
}
