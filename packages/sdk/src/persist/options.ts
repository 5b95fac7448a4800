import type { OperationName } from '../protocol/index.ts';
import type { PersistStorage } from './storage.ts';

/** Under what the server remembers a client's requests. Both go to `createClient`. */
export interface Identity {
  /** Made once per key; all tabs of the key share it. */
  readonly clientId: string;
  /** Names the session of the key, which is made as well. Another one that the client is given wins. */
  readonly sessionId: string;
}

/** A request whose caller is gone, or was told that the client had closed. */
export interface RestoredRequest {
  readonly type: OperationName;
  /** Its fields, without `type` and `request_id`. */
  readonly input: object;
  readonly requestId: string;
  /** When it was called, epoch milliseconds. */
  readonly calledAt: number;
  /** The reply, or an `AssistantError`; that is `expired` where it was too old to be sent. */
  readonly result: Promise<unknown>;
}

/** Options of `persist`. Only `key` is needed. */
export interface PersistOptions {
  /**
   * Names the queue. A session belongs to one user, so where users may change in a browser the user
   * belongs into the key, as `my-app:ada`.
   */
  key: string;
  /** Where this one queue is kept. @default IndexedDB, else `localStorage`, else nowhere */
  storage?: PersistStorage | undefined;
  /**
   * What was called longer ago is not sent any more but ends as `expired`, milliseconds of the wall
   * clock. Must not exceed the time for which the server remembers requests.
   * @default 86_400_000 (24 h)
   */
  maxAgeMs?: number | undefined;
  /** Tells which requests are kept. @default those that change something */
  keep?: ((type: OperationName) => boolean) | undefined;
  /** Hears of each request that is sent again, in the order of the calls. */
  onRestored?: ((restored: RestoredRequest) => void) | undefined;
  /**
   * Hears why something is not kept: what the storage threw, or `queue_full` beyond a million
   * characters. It is sent all the same.
   */
  onError?: ((error: unknown) => void) | undefined;
}
