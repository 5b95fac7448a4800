import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a handshake may come from this origin. Exact comparison only: a suffix or pattern has let
 * foreign pages in elsewhere. A handshake without Origin comes from no browser and goes on to the
 * token.
 *
 * @param allowed Origins as `https://app.example`; by default the host that was asked.
 */
export function isOriginAllowed(
  headers: IncomingHttpHeaders,
  allowed: readonly string[] | undefined,
): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  let parsed: URL;
  try {
    parsed = new URL(origin);
  } catch {
    return false;
  }
  if (allowed) return allowed.some((entry) => new URL(entry).origin === parsed.origin);
  return host !== undefined && parsed.host === host;
}
