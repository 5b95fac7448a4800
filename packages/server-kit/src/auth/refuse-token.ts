import { RequestError } from '../errors.ts';

/**
 * Why nobody is known to have sent a request: `details.reason` of an `unauthenticated` error, and the
 * reason of a close with 4401. None of them tells anything of the token itself.
 */
export type TokenRefusal = keyof typeof texts;

const texts = {
  token_missing: 'A token is needed.',
  token_ambiguous: 'More than one token was offered.',
  token_too_large: 'The token is too large.',
  token_invalid: 'The token is not valid.',
  token_expired: 'The token has expired.',
  token_not_yet_valid: 'The token is not valid yet.',
  token_revoked: 'The token was revoked.',
  user_unknown: 'The server knows no user for this request.',
} as const;

/**
 * The error for a refused token.
 *
 * @param options.text Says more than the usual sentence, and like it nothing of the token itself.
 * @param options.cause For the host's log; it is never sent.
 */
export function refuseToken(
  reason: TokenRefusal,
  options: { text?: string; cause?: unknown } = {},
): RequestError {
  const { text = texts[reason], cause } = options;
  return new RequestError('unauthenticated', text, { details: { reason }, cause });
}
