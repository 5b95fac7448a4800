/** Delays between attempts, milliseconds. */
export interface Backoff {
  /** Upper bound of the first delay. */
  minMs: number;
  /** Upper bound of every delay. */
  maxMs: number;
}

/**
 * Close code that the client gives for its own reasons: `gap`, `offline`, `unreadable frame`, no url
 * or token, no socket. It stands for no HTTP status, so that no server means something by it.
 */
export const ownCloseCode = 4900;

/**
 * What to do after a close.
 * - `final`: a repeat would fail again.
 * - `renew`: once more with a new token.
 * - `now`: without delay, unless that has been tried already.
 * - `slow`: with the longer delays of a later attempt.
 * - `retry`: with backoff.
 */
export type CloseAction = 'final' | 'renew' | 'now' | 'slow' | 'retry';

/** Exponential backoff with full jitter: `random() * min(maxMs, minMs * 2 ** attempt)`. */
export function backoffMs(
  { minMs, maxMs }: Backoff,
  attempt: number,
  random: () => number,
): number {
  return random() * Math.min(maxMs, minMs * 2 ** attempt);
}

// Done (1000); protocol, data, text, policy and extension errors; 44xx but for 4401, 4408 and 4429.
const finalCodes = /^(100[02378]|1010|44(?!01|08|29)..)$/;

/**
 * Decides by the close code of the socket. Codes of the wire contract are 4000 + an HTTP status.
 *
 * 1009 is retried, because the frame that was too large is known and failed (see `requests.ts`); so
 * are 1006 and the other codes of a lost network, and what this table does not know.
 * @see RFC 6455, section 7.4.1
 */
export function closeAction(code: number): CloseAction {
  if (finalCodes.test(`${code}`)) return 'final';
  if (code === 4401) return 'renew';
  if (code === 1012) return 'now';
  return code === 1013 ? 'slow' : 'retry';
}
