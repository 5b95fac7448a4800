/** A user as a token or the host's hook tells of them. */
export interface Identity {
  userId: string;
  roles: readonly string[];
  /** When the identity ends, epoch milliseconds; null when the host's own session decides. */
  expiresAt: number | null;
  /** The token's `jti`, by which it is revoked; null without a token. */
  tokenId: string | null;
}
