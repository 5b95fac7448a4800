import { RequestError, tooMany } from '../errors.ts';
import { networkOf } from './client-address.ts';
import type { TokenRefusal } from './refuse-token.ts';

/** How {@link createFailureLimit} counts. */
export interface FailureLimitOptions {
  /** Failures of one address within `windowMs` after which it is refused; `Infinity` never. @default 10 */
  maxFailures?: number;
  /** Time over which failures add up, and for which an address is then refused, ms. @default 60_000 */
  windowMs?: number;
  /** Addresses that are remembered at once. @default 10_000 */
  maxAddresses?: number;
  /** Current time, epoch milliseconds. @default Date.now */
  clock?: () => number;
}

/** Slows down whoever guesses tokens: counts failed authentications by address. */
export interface FailureLimit {
  /** How long the address is refused, milliseconds; null when it may try. */
  check(address: string | null): number | null;
  /** Counts a failure. */
  record(address: string | null): void;
  /**
   * Lets an address try: refuses it when it failed too often, and counts its failure when `attempt`
   * rejects as a wrong token does. An attempt that succeeds while others from the address make it
   * blocked is refused as well, so that guesses at the same time gain nothing.
   *
   * @throws RequestError `rate_limited`, or whatever `attempt` rejects with.
   */
  guard<T>(address: string | null, attempt: () => Promise<T>): Promise<T>;
}

/**
 * Refusals that are no guesses: the token bears a good signature, or there was none. A room full of
 * laptops that wake with tokens of yesterday must not lock its address out.
 */
const noGuess: ReadonlySet<unknown> = new Set<TokenRefusal>([
  'token_expired',
  'token_not_yet_valid',
  'token_revoked',
  'token_missing',
]);

/**
 * Makes the limit. IPv6 addresses are counted by /64, an IPv4 address in an IPv6 one as IPv4.
 *
 * A success does not take failures back: whoever has one account could else guess for others between
 * two logins of his own. What is remembered is bounded. A new address takes the place of the one that
 * failed least recently and is not refused yet; when all are refused, it is not remembered. So a
 * flood of addresses never sets one free.
 *
 * An address that is not known (null) is not limited.
 */
export function createFailureLimit(options: FailureLimitOptions = {}): FailureLimit {
  const { maxFailures = 10, windowMs = 60_000, maxAddresses = 10_000, clock = Date.now } = options;
  /** Times of the latest failures, by network; who failed least recently comes first. */
  const failing = new Map<string, number[]>();
  /** End of each refusal. All last equally long, so that the first one ends first. */
  const refused = new Map<string, number>();
  let latest = -Infinity;

  const limit: FailureLimit = {
    check(address) {
      if (address === null) return null;
      // First, since it may change what is known.
      const now = present();
      const leftMs = (refused.get(networkOf(address)) ?? -Infinity) - now;
      return leftMs > 0 ? leftMs : null;
    },

    record(address) {
      if (address === null || maxFailures === Infinity || limit.check(address) !== null) return;
      const now = present();
      const network = networkOf(address);
      refused.delete(network);
      const recent = (failing.get(network) ?? []).filter((time) => time > now - windowMs);
      failing.delete(network);
      if (!hasRoom(now)) return;
      const times = [...recent, now];
      if (times.length >= maxFailures) refused.set(network, now + windowMs);
      else failing.set(network, times);
    },

    async guard(address, attempt) {
      requireAllowed(address);
      try {
        const result = await attempt();
        requireAllowed(address);
        return result;
      } catch (error) {
        if (isGuess(error)) {
          requireAllowed(address);
          limit.record(address);
        }
        throw error;
      }
    },
  };
  return limit;

  /** Now. A clock that was set back would otherwise keep addresses closed until it has caught up. */
  function present(): number {
    const now = clock();
    if (now < latest) {
      for (const [network, until] of refused) refused.set(network, Math.min(until, now + windowMs));
      for (const times of failing.values()) {
        for (const [index, time] of times.entries()) times[index] = Math.min(time, now);
      }
    }
    latest = now;
    return now;
  }

  function requireAllowed(address: string | null): void {
    const retryAfterMs = limit.check(address);
    if (retryAfterMs === null) return;
    throw tooMany('Too many failed attempts came from this address.', retryAfterMs);
  }

  function hasRoom(now: number): boolean {
    for (const [network, until] of refused) {
      if (until > now) break;
      refused.delete(network);
    }
    if (failing.size + refused.size < maxAddresses) return true;
    const [oldest] = failing.keys();
    return oldest !== undefined && failing.delete(oldest);
  }
}

/**
 * Whether a refusal counts against the address: the request may have been a guess. The others anybody
 * can cause without end, so that nothing durable should follow from one of them.
 */
export function isGuess(error: unknown): error is RequestError {
  return (
    error instanceof RequestError &&
    error.code === 'unauthenticated' &&
    !noGuess.has(error.details?.['reason'])
  );
}
