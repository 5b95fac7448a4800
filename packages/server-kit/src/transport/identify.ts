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
 * Finds out who sent a request. What looks like a guess is written into the audit log, and too many
 * guesses from one address refuse whatever else comes from there for a while.
 *
 * @throws RequestError `unauthenticated` with a reason, `rate_limited`, or `unavailable`.
 */
export async function identify({
  parts,
  authenticate,
  request,
  token,
}: IdentifyOptions): Promise<Identity> {
  const { failures, addressOf, verifyToken, revocations, clock } = parts;
  const askHost = async (): Promise<Identity> => {
    const user = authenticate ? await authenticate(request) : null;
    if (!user) throw refuseToken(authenticate ? 'user_unknown' : 'token_missing');
    const identity = hostIdentity(user, clock());
    if (revocations.isRevoked(identity)) throw refuseToken('token_revoked');
    return identity;
  };
  try {
    return await failures.guard(addressOf(request), async () => {
      const given = token();
      return given !== null && verifyToken ? verifyToken(given) : askHost();
    });
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
