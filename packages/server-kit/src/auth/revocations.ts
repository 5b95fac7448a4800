import type { RevocableIdentity } from './identity.ts';
import {
  createRevocationIndex,
  recordOf,
  type Revocation,
  type RevocationRecord,
  type TokenLife,
} from './revocation.ts';

/** Keeps revocations over restarts, and shares them among the servers on one database. */
export interface RevocationStore {
  /** Resolves once the record outlives the process. */
  append(record: RevocationRecord): Promise<void>;
  /**
   * Records from a position on in the order in which they were added, and the position of the
   * latest one.
   */
  readFrom(position: number): Promise<{ records: RevocationRecord[]; last: number }>;
  /** Drops those that are not needed any more. @param now Epoch milliseconds. */
  forget(now: number): Promise<void>;
}

/** What is revoked: looked at on each request, changed by the host. */
export interface Revocations {
  /** Whether the identity was revoked: at most three look-ups in memory. */
  isRevoked(identity: RevocableIdentity): boolean;
  /**
   * Takes tokens back. This server refuses them at once, before anything is stored; resolves once a
   * restart cannot bring them back.
   *
   * @throws KitError `REVOCATION_INVALID` for one that names nothing, or more than one thing.
   * When the store fails, it rejects with that failure; this server refuses the tokens even so.
   */
  revoke(revocation: Revocation): Promise<void>;
  /**
   * Hears of what was revoked here or on another server, right after it is in force.
   *
   * @returns Ends it.
   */
  onRevoked(listener: () => void): () => void;
  /** Takes over what other servers on the same store have revoked since. Call it once per second. */
  refresh(): Promise<void>;
  /**
   * Drops what no living token is affected by, here and in the store. What else a revoked user has left
   * behind is to be ended before.
   */
  prune(): Promise<void>;
  /** How many are remembered. */
  readonly size: number;
}

/**
 * How many records are read again by each refresh: of two servers that write at the same time, the one
 * with the earlier position may be the later one to commit.
 */
const overlap = 256;

/**
 * Opens the revocations of a store, those from before a restart included.
 *
 * An entry may be forgotten when every token that it was made for has ended: a `jti` at its `expiresAt`,
 * everything else after the longest life of a token. Where nothing bounds that life, it is kept for
 * ever.
 */
export async function createRevocations({
  store,
  clock = Date.now,
  tokenLife,
}: {
  store: RevocationStore;
  /** Current time, epoch milliseconds. @default Date.now */
  clock?: () => number;
  tokenLife: TokenLife;
}): Promise<Revocations> {
  const index = createRevocationIndex();
  const listeners = new Set<() => void>();
  let last = 0;
  let refreshing: Promise<void> | null = null;
  await readOn();
  return {
    isRevoked: index.isRevoked,

    async revoke(revocation) {
      const record = recordOf(revocation, clock(), tokenLife);
      index.add(record);
      const stored = store.append(record);
      try {
        tell();
      } finally {
        await stored;
      }
    },

    onRevoked(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },

    refresh() {
      refreshing ??= readOn().finally(() => {
        refreshing = null;
      });
      return refreshing;
    },

    async prune() {
      const now = clock();
      index.forget(now);
      await store.forget(now);
    },

    get size() {
      return index.size;
    },
  };

  async function readOn(): Promise<void> {
    const read = await store.readFrom(Math.max(0, last - overlap));
    last = Math.max(last, read.last);
    // Also what is due to be forgotten: after a long stop something may be left that it must end.
    const added = read.records.filter((record) => index.add(record));
    if (added.length > 0) tell();
  }

  function tell(): void {
    for (const listener of listeners) listener();
  }
}
