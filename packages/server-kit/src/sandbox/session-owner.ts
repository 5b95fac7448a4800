import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A Unix user and its group. */
export interface Owner {
  uid: number;
  gid: number;
}

/** A run of user ids. */
export interface UidRange {
  first: number;
  count: number;
}

/**
 * Where session users come from: 0x70000000 to 0x7FFDFFFF. No user database of systemd assigns
 * these numbers, and the largest is below 2^31, where old programs go wrong.
 * @see https://systemd.io/UIDS-GIDS/
 */
export const sessionUidRange: UidRange = { first: 0x7000_0000, count: 0x0ffe_0000 };

/**
 * Used in a user namespace that maps only the usual 65,536 ids, as in a container with remapped
 * users: 20000 to 59999, above people and below the ids that systemd makes up.
 */
export const mappedUidRange: UidRange = { first: 20_000, count: 40_000 };

/** Hands out user ids, one for each live session. */
export interface OwnerAllocator {
  claim(sessionId: string): Owner;
  release(sessionId: string): void;
}

/**
 * Starts from a hash of the session id, so that a session keeps its user over a restart of the
 * server, and takes the next free id when another live session already has that one.
 * @throws {RangeError} from `claim` when every id of the range is taken.
 */
export function createOwnerAllocator(range: UidRange): OwnerAllocator {
  const uidOf = new Map<string, number>();
  const taken = new Set<number>();
  return {
    claim(sessionId) {
      const known = uidOf.get(sessionId);
      if (known !== undefined) return { uid: known, gid: known };
      if (taken.size >= range.count) {
        throw new RangeError(`All ${range.count} session user ids are taken.`);
      }
      let offset = createHash('sha256').update(sessionId).digest().readUInt32BE() % range.count;
      while (taken.has(range.first + offset)) offset = (offset + 1) % range.count;
      const uid = range.first + offset;
      taken.add(uid);
      uidOf.set(sessionId, uid);
      return { uid, gid: uid };
    },
    release(sessionId) {
      const uid = uidOf.get(sessionId);
      if (uid === undefined) return;
      uidOf.delete(sessionId);
      taken.delete(uid);
    },
  };
}

// User ids belong to the process, not to a kit: two kits in one process must not give two sessions
// the same one. So this is the one piece of state that lives with the module.
let allocator: OwnerAllocator | undefined;

/**
 * The user that runs a session's code and owns its workspace: its own for each live session, out
 * of {@link sessionUidRange}. `undefined` unless the server is root on Linux.
 *
 * The kernel does not hold root to a number of processes, and without a user of its own one
 * session could reach another's files and processes.
 * @throws {RangeError} when every id of the range is taken.
 */
export function sessionOwner(sessionId: string): Owner | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  allocator ??= createOwnerAllocator(usableRange(readFileSync('/proc/self/uid_map', 'utf8')));
  return allocator.claim(sessionId);
}

/** Frees a session's user once its workspace is gone or will not be used again. */
export function releaseSessionOwner(sessionId: string): void {
  allocator?.release(sessionId);
}

/** The range that a `uid_map` of this form covers: lines of `inside outside count`. */
export function usableRange(uidMap: string): UidRange {
  const last = sessionUidRange.first + sessionUidRange.count - 1;
  const covered = uidMap.split('\n').some((line) => {
    const [inside, , count] = line.trim().split(/\s+/).map(Number);
    if (inside === undefined || count === undefined) return false;
    return inside <= sessionUidRange.first && inside + count > last;
  });
  return covered ? sessionUidRange : mappedUidRange;
}
