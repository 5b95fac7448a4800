/** Delays between attempts, milliseconds. */
export interface Backoff {
  /** Upper bound of the first delay. */
  minMs: number;
  /** Upper bound of every delay. */
  maxMs: number;
}

/** How long a client that nobody retains any more stays open, milliseconds. */
export const lingerMs = 250;

/**
 * Close code that the client gives for its own reasons: `gap`, `offline`, `network` (an unreadable frame), no url
 * or token, no socket. It stands for no HTTP status, so that no server means something by it.
 */
export const ownCloseCode = 4900;

/**
 * Whether a repeat after this close would fail again. Codes of the wire contract are 4000 + an HTTP
 * status.
 *
 * 1009 is final: a frame over the server's own limit is never sent, so something between the two has a
 * smaller one, and the same frame would fail again. 1006 and the other codes of a lost network are
 * retried, and so is what this table does not know. 4401 is retried once, with a new token.
 * @see RFC 6455, section 7.4.1
 */
export function isFinal(code: number): boolean {
  // Done (1000); protocol, data, text, policy, size, extension errors; 44xx but for 4401, 4408, 4429.
  return /^(100[023789]|1010|44(?!01|08|29)..)$/.test(`${code}`);
}

/**
 * How long to wait after a close: exponential backoff with full jitter,
 * `random() * min(maxMs, minMs * 2 ** attempt)`. A restart (1012) is met at once unless that has been
 * tried already, a refused token (4401) is renewed at once, and an overloaded server (1013) is given the
 * longer delays of a later attempt.
 */
export function retryDelayMs(
  { minMs, maxMs }: Backoff,
  code: number,
  attempt: number,
  random: () => number,
): number {
  if (code === 4401 || (code === 1012 && attempt === 0)) return 0;
  return random() * Math.min(maxMs, minMs * 2 ** (code === 1013 ? attempt + 3 : attempt));
}
