/** Source of time. Given by tests that hold time still. */
export interface Clock {
  /** Wall clock, epoch milliseconds: unlike a monotonic clock it moves while the machine sleeps. */
  now(): number;
  /** Calls back once after `ms` milliseconds. */
  setTimeout(callback: () => void, ms: number): unknown;
  /** Takes a timer back; an unknown or spent one is ignored. */
  clearTimeout(timer: unknown): void;
}

/** What the client needs to know of the page or process that it runs in. */
export interface Environment {
  /** Whether there may be a network. */
  readonly online: boolean;
  /** Whether nobody sees the page; it then waits until somebody does before it connects again. */
  readonly hidden: boolean;
  /** Base of a relative `url`; undefined where there is no page. */
  readonly baseUrl: string | undefined;
  /**
   * Calls back when `online` or `hidden` may have changed or the machine resumes; once too often does
   * no harm. Returns the function that stops it.
   */
  watch(listener: () => void): () => void;
}

/** The part of a WebSocket that the client uses; that of a browser, of Node ≥ 22 and of `ws` fit. */
export interface WebSocketLike {
  readonly readyState: number;
  /** Set to `arraybuffer`, which is how binary frames then come. */
  binaryType?: string;
  onmessage: Handler<{ readonly data: unknown }>;
  onerror: Handler<unknown>;
  onclose: Handler<{ readonly code: number; readonly reason: string }>;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

/** A class that opens a {@link WebSocketLike}. */
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

// A method's parameter is compared both ways, so each runtime's own event class is accepted here.
type Handler<Event> = { bivariant(event: Event): void }['bivariant'] | null;

/** The clock of the runtime, looked up at each call. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // A longer delay than a timer can keep would fire at once.
  setTimeout: (callback, ms) => setTimeout(callback, Math.min(ms, 2 ** 31 - 1)),
  clearTimeout: (timer) => clearTimeout(timer as number),
};

/** The environment of the runtime: a window, a worker or a process. Reads globals only when asked. */
export const systemEnvironment: Environment = {
  get online() {
    // A page that a developer's machine serves to itself reaches its server without a network.
    return globalThis.navigator?.onLine !== false || globalThis.location?.hostname === 'localhost';
  },
  get hidden() {
    return globalThis.document?.hidden ?? false;
  },
  get baseUrl() {
    return globalThis.location?.href;
  },
  watch(listener) {
    // `resume` and `visibilitychange` are the document's and bubble to the window.
    const names = ['online', 'offline', 'visibilitychange', 'resume', 'pageshow', 'focus'];
    // Its `signal` makes the controller itself the options of its listeners.
    const controller = new AbortController();
    for (const name of names) globalThis.addEventListener?.(name, listener, controller);
    return () => controller.abort();
  },
};

/** A random id that no other client has. */
export function randomId(): string {
  // `randomUUID` is missing where the page is not a secure context, as on a plain `http:` host.
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}
