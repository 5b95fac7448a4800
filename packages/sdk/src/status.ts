import type { ConnectMessage } from './protocol/index.ts';

/** What the connection is doing, as one value: a combination that makes no sense cannot be written. */
export type Status =
  /** Nothing has been asked for yet. */
  | { state: 'idle' }
  /** Waits for the server's `connect` message. `attempt` is 0 for the first try, n for the nth retry. */
  | { state: 'connecting'; attempt: number }
  /** Requests pass. */
  | { state: 'connected'; connect: ConnectMessage }
  /**
   * Waits before retry number `attempt`, which starts at `retryAt` (epoch milliseconds). `code` and
   * `reason` tell what ended the last connection.
   */
  | { state: 'reconnecting'; attempt: number; retryAt: number; code: number; reason: string }
  /** The environment reports no network; goes on by itself when there is one. */
  | { state: 'offline' }
  /** Ended by `close()` or refused by the server; nothing is retried until `reconnect()`. */
  | { state: 'closed'; code: number; reason: string };
