import type { IncomingHttpHeaders } from 'node:http';
import { refuseToken } from './refuse-token.ts';

/**
 * The token of an `Authorization: Bearer` header; null where there is no such header, or one of
 * another scheme, which is for the host to judge.
 *
 * @throws RequestError `unauthenticated` with `token_ambiguous` when it holds more than one.
 */
export function bearerTokenOf(headers: IncomingHttpHeaders): string | null {
  const [scheme = '', ...tokens] = (headers.authorization ?? '').trim().split(/[\s,]+/);
  if (scheme.toLowerCase() !== 'bearer') return null;
  if (tokens.length > 1) throw refuseToken('token_ambiguous');
  return tokens[0] ?? null;
}
