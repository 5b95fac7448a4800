import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors } from 'jose';
import type { JSONWebKeySet, JWTHeaderParameters, JWTVerifyGetKey } from 'jose';
import { KitError, RequestError } from '../errors.ts';
import type { RemoteKeysOptions, TokenOptions } from './token-options.ts';

/** The keys of accepted tokens and what they may be used for. */
export interface TokenKeys {
  readonly algorithms: readonly string[];
  /**
   * Finds the key of a token by its header; nothing else of the header is used.
   *
   * @throws RequestError `unavailable` when the key server gives no keys.
   */
  readonly find: JWTVerifyGetKey;
}

/** Least length of a secret by algorithm, bytes. @see RFC 7518, section 3.2 */
const secretBytes: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 };
const asymmetric = /^(?:(?:RS|PS|ES)(?:256|384|512)|EdDSA|Ed25519)$/;
const defaultAsymmetric = ['EdDSA', 'Ed25519', 'ES256', 'RS256'];

/** How long after a failed fetch no other is tried, milliseconds. */
const failedFetchPauseMs = 1_000;

/**
 * Takes the keys out of the options.
 *
 * @throws KitError `AUTH_OPTIONS` for keys of no or of both kinds, and for algorithms that do not fit
 * them: a public key that is also accepted as a shared secret would let anybody sign.
 */
export function tokenKeysOf(options: TokenOptions, clock: () => number): TokenKeys {
  const { secret, jwks, remoteKeys = {} } = options;
  if ((secret === undefined) === (jwks === undefined)) {
    throw new KitError('AUTH_OPTIONS', 'auth needs either a secret or a jwks, not both.');
  }
  if (secret !== undefined) return secretKey(secret, options.algorithms ?? ['HS256']);
  const algorithms = options.algorithms ?? defaultAsymmetric;
  if (algorithms.length === 0 || !algorithms.every((name) => asymmetric.test(name))) {
    throw new KitError(
      'AUTH_OPTIONS',
      'auth.algorithms with a jwks may be RS, PS or ES with 256, 384 or 512, EdDSA and Ed25519.',
    );
  }
  const find = jwks instanceof URL ? remoteSet(jwks, remoteKeys, clock) : fixedSet(jwks);
  return { algorithms, find };
}

function secretKey(secret: string | Uint8Array, algorithms: readonly string[]): TokenKeys {
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
  const needed = Math.max(...algorithms.map((name) => secretBytes[name] ?? Infinity));
  if (algorithms.length === 0 || needed === Infinity) {
    throw new KitError(
      'AUTH_OPTIONS',
      'auth.algorithms with a secret may be HS256, HS384 and HS512.',
    );
  }
  if (bytes.length < needed) {
    throw new KitError(
      'AUTH_OPTIONS',
      `auth.secret must have at least ${needed} bytes (RFC 7518, 3.2).`,
    );
  }
  return { algorithms, find: () => bytes };
}

function fixedSet(jwks: JSONWebKeySet | undefined): JWTVerifyGetKey {
  const keys = jwks?.keys ?? [];
  if (keys.length === 0) throw new KitError('AUTH_OPTIONS', 'auth.jwks holds no keys.');
  if (keys.some((key) => key.kty === 'oct' || key.d !== undefined)) {
    throw new KitError('AUTH_OPTIONS', 'auth.jwks must hold public keys only.');
  }
  if (keys.length > 1 && keys.some((key) => !key.kid)) {
    throw new KitError('AUTH_OPTIONS', 'Each of several keys in auth.jwks needs a kid.');
  }
  const find = createLocalJWKSet({ keys });
  return (header, input) => {
    if (keys.length > 1) requireKeyId(header);
    return find(header, input);
  };
}

function remoteSet(url: URL, options: RemoteKeysOptions, clock: () => number): JWTVerifyGetKey {
  const { timeoutMs = 5_000, cooldownMs = 30_000, maxAgeMs = 600_000, allowHttp = false } = options;
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && (allowHttp || isLocal(url)))) {
    throw new KitError(
      'AUTH_OPTIONS',
      'auth.jwks must be an https URL: who can change the keys on their way can sign every token.',
    );
  }
  const set = createRemoteJWKSet(url, {
    timeoutDuration: timeoutMs,
    cooldownDuration: cooldownMs,
    cacheMaxAge: maxAgeMs,
    [customFetch]: pausing(options.fetch ?? globalThis.fetch, clock),
  });
  return async (header, input) => {
    try {
      const key = await set(header, input);
      if (header.kid === undefined && (set.jwks()?.keys.length ?? 0) > 1) requireKeyId(header);
      return key;
    } catch (error) {
      if (isAboutToken(error)) throw error;
      throw new RequestError('unavailable', 'The keys of tokens cannot be fetched now.', {
        retryable: true,
        retryAfterMs: failedFetchPauseMs,
        details: { reason: 'keys_unavailable' },
        cause: error,
      });
    }
  };
}

/** Waits after a failure: while the key server is down, each token would else ask it anew. */
function pausing(fetch: typeof globalThis.fetch, clock: () => number): typeof globalThis.fetch {
  let pausedUntil = -Infinity;
  return async (...request) => {
    if (clock() < pausedUntil) throw new Error('The key server has just failed to answer.');
    try {
      const response = await fetch(...request);
      if (!response.ok) pausedUntil = clock() + failedFetchPauseMs;
      return response;
    } catch (error) {
      pausedUntil = clock() + failedFetchPauseMs;
      throw error;
    }
  };
}

function isLocal({ hostname }: URL): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

/** A set with several keys would else try a token on whichever of them fits its algorithm. */
function requireKeyId({ kid }: JWTHeaderParameters): void {
  if (kid === undefined) throw new errors.JWKSNoMatchingKey();
}

function isAboutToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}
