import type { OperationName } from '@ide-assistant/sdk/protocol';
import { refuseToken, type Identity, type TokenRefusal } from '../auth/index.ts';
import { RequestError } from '../errors.ts';
import type { OperationSession } from '../operations/handler.ts';
import type { Parts } from '../parts.ts';

declare const layer: unique symbol;

/** Who acts: evidence of layer 1. The assistant is a principal of its own that acts for a user. */
export interface Principal {
  readonly [layer]: 'authenticated';
  readonly kind: 'user' | 'assistant';
  readonly userId: string;
  /** The user's roles with the host, and his place in this session as `session:owner`. */
  readonly roles: readonly string[];
}

/** Begins the roles that the kit gives by itself; a token that brings one brings nothing. */
const sessionPrefix = 'session:';

/** What an admin of the host may do in sessions that he is no member of. */
const overseen: ReadonlySet<OperationName> = new Set([
  'approval_list',
  'approval_resolve',
  'grant_revoke',
]);

/**
 * Layer 1. The token's signature was checked when the connection opened or renewed it; each request
 * checks that the identity still holds, and that its user still has a place in the session. A new
 * token may come after the old one has ended.
 *
 * @throws RequestError `unauthenticated` when the identity has ended, `forbidden` for a stranger.
 */
export function authenticate(
  { clock, revocations }: Parts,
  { members }: OperationSession,
  { name, identity, kind }: { name: OperationName; identity: Identity; kind: Principal['kind'] },
): Principal {
  if (revocations.isRevoked(identity)) throw refuseToken('token_revoked');
  const hasEnded = identity.expiresAt !== null && identity.expiresAt <= clock();
  if (hasEnded && name !== 'token_refresh') {
    throw new RequestError('unauthenticated', 'The token has expired. Renew it and ask again.', {
      retryable: true,
      details: { reason: 'token_expired' satisfies TokenRefusal },
    });
  }
  const isOverseer = overseen.has(name) && identity.roles.includes('admin');
  const place = members.roleOf(identity.userId) ?? (isOverseer ? 'editor' : null);
  if (place === null) {
    throw new RequestError('forbidden', 'You are not a member of this session.');
  }
  const own = identity.roles.filter((role) => !role.startsWith(sessionPrefix));
  return {
    kind,
    userId: identity.userId,
    roles: [...own, sessionPrefix + place],
  } as unknown as Principal;
}
