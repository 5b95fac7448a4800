/** A user as a token or the host's hook tells of them. */
export interface Identity {
  userId: string;
  roles: readonly string[];
  /** When the identity ends, epoch milliseconds; null when the host's own session decides. */
  expiresAt: number | null;
  /** The token's `jti`, by which it is revoked; null without a token. */
  tokenId: string | null;
  /** The token's `sid`: the sign-in that it came from; null where it names none. */
  sid: string | null;
  /**
   * When it was issued, epoch milliseconds: the token's `iat`, or when the host was asked. Null where
   * a token does not say, which counts as before every revocation of its user.
   */
  issuedAt: number | null;
}

/** What of an identity can be revoked. */
export type RevocableIdentity = Pick<Identity, 'userId' | 'tokenId' | 'sid' | 'issuedAt'>;

/**
 * The identity of a user whom the host app knows by its own session, as by a cookie.
 *
 * @param now When the host said so, epoch milliseconds.
 */
export function hostIdentity(
  user: { id: string; roles: readonly string[] },
  now: number,
): Identity {
  return {
    userId: user.id,
    roles: user.roles,
    expiresAt: null,
    tokenId: null,
    sid: null,
    issuedAt: now,
  };
}
