import { authEntry, hostIdentity, isGuess, refuseToken, type Identity } from '../auth/index.ts';
import type { Parts } from '../parts.ts';
import type { UpgradeRequest } from './handshake.ts';

/** Asks the host app who its user is, as by its cookie; null refuses. */
export type HostAuthenticate = (
  request: UpgradeRequest,
) => Promise<HostUser | null> | HostUser | null;

/** A user as the host app knows him. */
export interface HostUser {
  id: string;
  roles: readonly string[];
}

/** What {@link identify} asks. */
export interface IdentifyOptions {
  parts: Parts;
  /** The host's hook, for requests without a token. */
  authenticate: HostAuthenticate | undefined;
  request: UpgradeRequest;
  /** Finds the token of the request; null where there is none. */
  token: () => string | null;
}

/**
 * Finds out who sent a request, and counts those who guess, as {@link guarded} does.
 *
 * @throws RequestError `unauthenticated` with a reason, `rate_limited`, or `unavailable`.
 */
export function identify(options: IdentifyOptions): Promise<Identity> {
  const { parts, request } = options;
  return guarded(parts, parts.addressOf(request), () => identityOf(options));
}

/**
 * Finds out who sent a request, for what stays open to whoever guesses.
 *
 * @throws RequestError `unauthenticated` with a reason, or `unavailable`.
 */
export async function identityOf({
  parts: { verifyToken, revocations, clock },
  authenticate,
  request,
  token,
}: IdentifyOptions): Promise<Identity> {
  const given = token();
  if (given !== null && verifyToken) return verifyToken(given);
  const user = authenticate ? await authenticate(request) : null;
  if (!user) throw refuseToken(authenticate ? 'user_unknown' : 'token_missing');
  const identity = hostIdentity(user, clock());
  if (revocations.isRevoked(identity)) throw refuseToken('token_revoked');
  return identity;
}

/**
 * Lets an address try to be known. What looks like a guess is written into the audit log, and too many
 * guesses from one address refuse whatever else comes from there for a while.
 *
 * @throws RequestError `rate_limited`, or whatever `attempt` rejects with.
 */
export async function guarded(
  parts: Parts,
  address: string | null,
  attempt: () => Promise<Identity>,
): Promise<Identity> {
  try {
    return await parts.failures.guard(address, attempt);
  } catch (error) {
    await recordRefusal(parts, error);
    throw error;
  }
}

/** A server that refuses somebody may do so without a log: nothing acts. */
async function recordRefusal({ audit, logger }: Parts, error: unknown): Promise<void> {
  // Only what counts against its address: everything else could be sent without end, and fill a disk.
  if (!isGuess(error)) return;
  try {
    const reason = error.details?.['reason'];
    const outcome = typeof reason === 'string' ? reason : error.code;
    await audit.append(authEntry('authenticate', 'connection', outcome));
  } catch (failure) {
    logger.error({ error: failure }, 'A refused authentication could not be recorded.');
  }
}
