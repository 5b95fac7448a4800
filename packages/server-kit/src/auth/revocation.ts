import { KitError } from '../errors.ts';
import type { RevocableIdentity } from './identity.ts';

/** What a host takes back: one token, one sign-in, or all tokens that a user has so far. */
export type Revocation =
  | {
      /** `jti` of the token. */
      jti: string;
      /** When the token ends, epoch milliseconds, if known; then it is forgotten soon after. */
      expiresAt?: number;
    }
  | {
      /** `sid` of the tokens: the sign-in that all of them came from, also those still to come. */
      sid: string;
    }
  | {
      /** `sub` of the tokens. */
      subject: string;
      /**
       * Tokens with an `iat` until this moment, epoch milliseconds, are revoked: equal counts as
       * before, and so does a token without `iat`. @default now
       */
      before?: number;
    };

/** A revocation as it is kept. Times are epoch milliseconds. */
export interface RevocationRecord {
  readonly kind: 'jti' | 'sid' | 'subject';
  readonly value: string;
  /** For a subject the moment until which its tokens were issued; 0 for the others. */
  readonly until: number;
  /** From when on no revoked token can be alive any more; null when that is not known. */
  readonly forgetAt: number | null;
}

/** How long a token may live that is verified here; what bounds the memory of revocations. */
export interface TokenLife {
  /** Longest time from `iat` to the end of a token, milliseconds; null when nothing bounds it. */
  readonly maxAgeMs: number | null;
  /** Clock difference that the verifier forgives, milliseconds. */
  readonly toleranceMs: number;
}

/**
 * Turns what a host asks for into what is kept.
 *
 * @throws KitError `REVOCATION_INVALID` for one that names nothing, or more than one thing.
 */
export function recordOf(revocation: Revocation, now: number, life: TokenLife): RevocationRecord {
  const { jti, sid, subject, before, expiresAt } = revocation as Partial<
    Record<string, string | number>
  >;
  const given = Object.entries({ jti, sid, subject }).filter(([, value]) => value !== undefined);
  const [[kind, value] = []] = given;
  const times = [before ?? now, expiresAt ?? now];
  if (given.length !== 1 || typeof value !== 'string' || value === '' || !times.every(isTime)) {
    throw new KitError(
      'REVOCATION_INVALID',
      'Revoke one of jti, sid and subject, a text; before and expiresAt are epoch milliseconds.',
    );
  }
  const until = kind === 'subject' ? Number(before ?? now) : 0;
  const { maxAgeMs, toleranceMs } = life;
  // A token of a moment ago may come from a clock that is ahead, and is then alive for as much longer.
  const lastEnd = maxAgeMs === null ? null : Math.max(now, until) + maxAgeMs + 2 * toleranceMs;
  return {
    kind: kind as RevocationRecord['kind'],
    value,
    until,
    forgetAt: kind === 'jti' && expiresAt !== undefined ? Number(expiresAt) + toleranceMs : lastEnd,
  };
}

/** A smaller number is a time in seconds, as `exp` and `iat` are: taken as it is, it revokes nothing. */
const earliestTime = 100_000_000_000;

function isTime(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= earliestTime;
}

/** The revocations of a server, for quick look-ups. */
export interface RevocationIndex {
  isRevoked(identity: RevocableIdentity): boolean;
  /** @returns false when it was known, or a wider one. */
  add(record: RevocationRecord): boolean;
  /** Drops those that are not needed any more. */
  forget(now: number): void;
  readonly size: number;
}

/** Makes an empty index. */
export function createRevocationIndex(): RevocationIndex {
  const known = {
    jti: new Map<string, RevocationRecord>(),
    sid: new Map<string, RevocationRecord>(),
    subject: new Map<string, RevocationRecord>(),
  };
  return {
    isRevoked({ tokenId, sid, userId, issuedAt }) {
      if (tokenId !== null && known.jti.has(tokenId)) return true;
      if (sid !== null && known.sid.has(sid)) return true;
      const subject = known.subject.get(userId);
      return subject !== undefined && (issuedAt === null || issuedAt <= subject.until);
    },

    add(record) {
      const of = known[record.kind];
      const before = of.get(record.value);
      const after = before ? union(before, record) : record;
      if (before?.until === after.until && before.forgetAt === after.forgetAt) return false;
      of.set(record.value, after);
      return true;
    },

    forget(now) {
      for (const of of Object.values(known)) {
        for (const [value, { forgetAt }] of of) {
          if (forgetAt !== null && forgetAt <= now) of.delete(value);
        }
      }
    },

    get size() {
      return known.jti.size + known.sid.size + known.subject.size;
    },
  };
}

/** Whatever either of them covers. */
function union(left: RevocationRecord, right: RevocationRecord): RevocationRecord {
  const isEndless = left.forgetAt === null || right.forgetAt === null;
  return {
    ...left,
    until: Math.max(left.until, right.until),
    forgetAt: isEndless ? null : Math.max(left.forgetAt ?? 0, right.forgetAt ?? 0),
  };
}
