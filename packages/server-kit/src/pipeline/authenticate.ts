import type { Identity } from '../auth/index.ts';
import { RequestError } from '../errors.ts';

declare const layer: unique symbol;

/** Who acts: evidence of layer 1. The assistant is a principal of its own that acts for a user. */
export interface Principal {
  readonly [layer]: 'authenticated';
  readonly kind: 'user' | 'assistant';
  readonly userId: string;
  readonly roles: readonly string[];
}

/**
 * Layer 1. The token's signature was checked when the connection opened or renewed it; each request
 * checks that the identity still holds.
 *
 * @throws RequestError `unauthenticated` when the identity has ended.
 */
export function authenticate(identity: Identity, kind: Principal['kind'], now: number): Principal {
  if (identity.expiresAt !== null && identity.expiresAt <= now) {
    throw new RequestError('unauthenticated', 'The token has expired. Renew it and ask again.', {
      retryable: true,
    });
  }
  return { kind, userId: identity.userId, roles: identity.roles } as Principal;
}
