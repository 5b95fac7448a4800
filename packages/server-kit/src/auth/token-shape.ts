import { maxTokenBytes } from '@ide-assistant/sdk/protocol';
import { decodeProtectedHeader } from 'jose';
import { refuseToken } from './refuse-token.ts';

/**
 * Refuses what no issuer makes, before anything is computed with it.
 *
 * The parts must be base64url as an encoder writes it: else one signature has several spellings, and
 * whoever keeps tokens by their text can be shown the same one twice.
 *
 * @throws RequestError `unauthenticated` with `token_too_large` or `token_invalid`.
 */
export function requireTokenShape(token: string): void {
  if (Buffer.byteLength(token) > maxTokenBytes) throw refuseToken('token_too_large');
  const parts = token.split('.');
  if (parts.length !== 3 || !parts.every(isCanonical)) throw refuseToken('token_invalid');
  const { kid, b64 } = headerOf(token);
  const isKeyIdFine = kid === undefined || (typeof kid === 'string' && kid !== '');
  // The one extension that jose understands has no place in a JWT (RFC 7797, section 7).
  if (!isKeyIdFine || b64 !== undefined) throw refuseToken('token_invalid');
}

function isCanonical(part: string): boolean {
  return part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part;
}

function headerOf(token: string): Record<string, unknown> {
  try {
    return decodeProtectedHeader(token);
  } catch (error) {
    throw refuseToken('token_invalid', { cause: error });
  }
}
