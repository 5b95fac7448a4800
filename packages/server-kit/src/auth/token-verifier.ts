import { maxTokenBytes } from '@ide-assistant/sdk/protocol';
import { createLocalJWKSet, createRemoteJWKSet, errors, jwtVerify } from 'jose';
import type { JSONWebKeySet, JWTPayload, JWTVerifyGetKey } from 'jose';
import { KitError, RequestError } from '../errors.ts';
import type { Identity } from './identity.ts';

/** How tokens are checked. Exactly one of `secret` and `jwks` is given. */
export interface TokenOptions {
  /** Shared secret of HS256 tokens, at least 32 bytes. */
  secret?: string | Uint8Array;
  /** Keys of asymmetric tokens: a set, or the URL that serves it. */
  jwks?: JSONWebKeySet | URL;
  /** Required `iss`. */
  issuer: string;
  /** Required `aud`. */
  audience: string;
  /** Accepted algorithms. @default ['HS256'] with a secret, else EdDSA, Ed25519, ES256, RS256 */
  algorithms?: readonly string[];
  /** Clock difference that is forgiven, seconds, at most 60. @default 5 */
  clockToleranceSeconds?: number;
  /** Claim that lists the roles. @default 'roles' */
  rolesClaim?: string;
}

/** Turns a token into an identity, or throws `RequestError` `unauthenticated`. */
export type TokenVerifier = (token: string) => Promise<Identity>;

/**
 * Checks tokens with jose. Issuer, audience, algorithms and the claims `exp`, `sub` and `jti` are
 * always demanded, since a JWT library accepts a token without them unless told otherwise.
 *
 * @throws KitError `AUTH_OPTIONS` when the options leave something open.
 */
export function createTokenVerifier(options: TokenOptions): TokenVerifier {
  const { issuer, audience, clockToleranceSeconds = 5, rolesClaim = 'roles' } = options;
  if (!issuer || !audience) {
    throw new KitError('AUTH_OPTIONS', 'auth needs both an issuer and an audience.');
  }
  const key = keyOf(options);
  const algorithms = options.algorithms ?? defaultAlgorithms(options);
  const verification = {
    issuer,
    audience,
    algorithms: [...algorithms],
    clockTolerance: Math.min(clockToleranceSeconds, 60),
    requiredClaims: ['exp', 'sub', 'jti'],
  };
  return async (token) => {
    if (Buffer.byteLength(token) > maxTokenBytes) {
      throw new RequestError('unauthenticated', `The token is larger than ${maxTokenBytes} bytes.`);
    }
    try {
      const { payload } =
        typeof key === 'function'
          ? await jwtVerify(token, key, verification)
          : await jwtVerify(token, key, verification);
      return identityOf(payload, rolesClaim);
    } catch (error) {
      if (error instanceof RequestError) throw error;
      throw new RequestError('unauthenticated', refusalText(error), { cause: error });
    }
  };
}

function keyOf(options: TokenOptions): Uint8Array | JWTVerifyGetKey {
  const { secret, jwks } = options;
  if ((secret === undefined) === (jwks === undefined)) {
    throw new KitError('AUTH_OPTIONS', 'auth needs either a secret or a jwks, not both.');
  }
  if (jwks !== undefined) {
    return jwks instanceof URL ? createRemoteJWKSet(jwks) : createLocalJWKSet(jwks);
  }
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
  if (!bytes || bytes.length < 32) {
    throw new KitError('AUTH_OPTIONS', 'auth.secret must have at least 32 bytes (RFC 7518, 3.2).');
  }
  return bytes;
}

function defaultAlgorithms(options: TokenOptions): readonly string[] {
  return options.secret === undefined ? ['EdDSA', 'Ed25519', 'ES256', 'RS256'] : ['HS256'];
}

function identityOf(payload: JWTPayload, rolesClaim: string): Identity {
  const { sub, exp, jti } = payload;
  if (!sub || typeof exp !== 'number' || !jti) {
    throw new RequestError('unauthenticated', 'The token lacks a claim.');
  }
  const roles = payload[rolesClaim];
  return {
    userId: sub,
    roles: Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [],
    expiresAt: exp * 1000,
    tokenId: jti,
  };
}

function refusalText(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return `The token’s claim ${error.claim} is missing or not accepted.`;
  }
  return 'The token is not valid.';
}
