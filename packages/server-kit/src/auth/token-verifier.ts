import { errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyOptions } from 'jose';
import { KitError, RequestError } from '../errors.ts';
import type { Identity } from './identity.ts';
import { refuseToken } from './refuse-token.ts';
import type { TokenLife } from './revocation.ts';
import { tokenKeysOf } from './token-keys.ts';
import type { TokenOptions } from './token-options.ts';
import { requireTokenShape } from './token-shape.ts';

/**
 * Turns a token into an identity.
 *
 * @throws RequestError `unauthenticated`, with a {@link TokenRefusal} as `details.reason`;
 * `unavailable`, which is retryable, when the key server cannot be reached.
 */
export type TokenVerifier = (token: string) => Promise<Identity>;

/** Latest time that a Date can hold, seconds since the epoch. */
const latestSeconds = 8_640_000_000_000;
const maxClockToleranceSeconds = 60;

/** What names somebody in policies, logs and revocations: short, and without control characters. */
const namePattern = /^[^\p{Cc}\p{Cs}]{1,256}$/u;

/**
 * Checks tokens with jose. Issuer, audience, algorithms and the claims `exp`, `sub` and `jti` are
 * always demanded, since a JWT library accepts a token without them unless told otherwise.
 *
 * @param host.clock Current time, epoch milliseconds. Defaults to `Date.now`.
 * @param host.isRevoked Whether an identity was revoked. Without it, none is.
 * @throws KitError `AUTH_OPTIONS` when the options leave something open.
 */
export function createTokenVerifier(
  options: TokenOptions,
  host: { clock?: () => number; isRevoked?: (identity: Identity) => boolean } = {},
): TokenVerifier {
  const { clock = Date.now, isRevoked } = host;
  const { clockToleranceSeconds = 5 } = options;
  const keys = tokenKeysOf(options, clock);
  const demanded = demandsOf(options, clockToleranceSeconds);
  return async (token) => {
    requireTokenShape(token);
    const payload = await verifiedPayload(token, clock());
    const identity = identityOf(payload, options);
    if (isRevoked?.(identity)) throw refuseToken('token_revoked');
    return identity;
  };

  async function verifiedPayload(token: string, now: number): Promise<JWTPayload> {
    const { payload } = await jwtVerify(token, keys.find, {
      ...demanded,
      algorithms: [...keys.algorithms],
      currentDate: new Date(now),
    }).catch((error: unknown) => {
      throw refusalOf(error);
    });
    // jose looks at iat only where an age is demanded.
    if (payload.iat !== undefined && payload.iat > now / 1_000 + clockToleranceSeconds) {
      throw refuseToken('token_not_yet_valid');
    }
    return payload;
  }
}

/** How long a token may live that these options accept; what bounds the memory of revocations. */
export function tokenLifeOf(options: TokenOptions | undefined): TokenLife {
  const { maxTokenAgeSeconds, clockToleranceSeconds = 5 } = options ?? {};
  return {
    maxAgeMs: maxTokenAgeSeconds === undefined ? null : maxTokenAgeSeconds * 1_000,
    toleranceMs: clockToleranceSeconds * 1_000,
  };
}

function demandsOf(options: TokenOptions, clockToleranceSeconds: number): JWTVerifyOptions {
  const { issuer, audience, requiredClaims = [], typ, maxTokenAgeSeconds } = options;
  if (!issuer || !audience) {
    throw new KitError('AUTH_OPTIONS', 'auth needs both an issuer and an audience.');
  }
  if (!(clockToleranceSeconds >= 0 && clockToleranceSeconds <= maxClockToleranceSeconds)) {
    throw new KitError(
      'AUTH_OPTIONS',
      `auth.clockToleranceSeconds must be 0 to ${maxClockToleranceSeconds}.`,
    );
  }
  if (maxTokenAgeSeconds !== undefined && !(maxTokenAgeSeconds > 0)) {
    throw new KitError('AUTH_OPTIONS', 'auth.maxTokenAgeSeconds must be a number above 0.');
  }
  return {
    issuer,
    audience,
    clockTolerance: clockToleranceSeconds,
    requiredClaims: ['exp', 'sub', 'jti', ...requiredClaims],
    ...(typ === undefined ? {} : { typ }),
    ...(maxTokenAgeSeconds === undefined ? {} : { maxTokenAge: maxTokenAgeSeconds }),
  };
}

function identityOf(
  payload: JWTPayload,
  { rolesClaim = 'roles', maxTokenAgeSeconds = Infinity }: TokenOptions,
): Identity {
  const { sub, exp, jti, iat, sid } = payload;
  const isTimed = typeof exp === 'number' && exp <= latestSeconds && Number.isFinite(iat ?? 0);
  if (!isTimed || !isName(sub) || !isName(jti) || !(sid === undefined || isName(sid))) {
    throw refuseToken('token_invalid');
  }
  const roles = payload[rolesClaim];
  return {
    userId: sub,
    roles: Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [],
    // What is demanded of a handshake must hold for the connection that it opens as well.
    expiresAt: Math.min(exp, (iat ?? Infinity) + maxTokenAgeSeconds) * 1_000,
    tokenId: jti,
    sid: sid ?? null,
    issuedAt: iat === undefined ? null : iat * 1_000,
  };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && namePattern.test(value);
}

function refusalOf(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  if (error instanceof errors.JWTExpired) return refuseToken('token_expired', { cause: error });
  if (error instanceof errors.JWTClaimValidationFailed) {
    const isEarly =
      error.reason === 'check_failed' && (error.claim === 'nbf' || error.claim === 'iat');
    if (isEarly) return refuseToken('token_not_yet_valid', { cause: error });
    const text = `The token’s claim ${error.claim} is missing or not accepted.`;
    return refuseToken('token_invalid', { text, cause: error });
  }
  return refuseToken('token_invalid', { cause: error });
}
