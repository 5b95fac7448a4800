import type { JSONWebKeySet } from 'jose';

/** How tokens are checked. Exactly one of `secret` and `jwks` is given. */
export interface TokenOptions {
  /** Shared secret of HS256 tokens, at least 32 bytes (48 for HS384, 64 for HS512). */
  secret?: string | Uint8Array;
  /**
   * Public keys of asymmetric tokens: a set, or the URL that serves it. Where the set has more than
   * one key, tokens must name theirs by `kid`.
   */
  jwks?: JSONWebKeySet | URL;
  /** How a set is fetched from a URL. */
  remoteKeys?: RemoteKeysOptions;
  /** Required `iss`. */
  issuer: string;
  /** Required `aud`. */
  audience: string;
  /** Accepted algorithms. @default ['HS256'] with a secret, else EdDSA, Ed25519, ES256, RS256 */
  algorithms?: readonly string[];
  /** Claims that a token must have beside `exp`, `sub` and `jti`. @default none */
  requiredClaims?: readonly string[];
  /** Required `typ` of the header, as `at+jwt`. @default any, or none */
  typ?: string;
  /**
   * Longest time since `iat`, seconds; tokens must then have one. It also bounds how long
   * revocations are kept. @default no bound
   */
  maxTokenAgeSeconds?: number;
  /** Clock difference that is forgiven, seconds, 0 to 60. @default 5 */
  clockToleranceSeconds?: number;
  /** Claim that lists the roles. @default 'roles' */
  rolesClaim?: string;
}

/** How the keys of a `jwks` URL are fetched and kept. */
export interface RemoteKeysOptions {
  /** How long one fetch may take, milliseconds. @default 5_000 */
  timeoutMs?: number;
  /**
   * How long after a fetch an unknown `kid` causes no further one, milliseconds, so that made-up
   * tokens cannot flood the key server. @default 30_000
   */
  cooldownMs?: number;
  /** How long fetched keys are used, milliseconds. @default 600_000 */
  maxAgeMs?: number;
  /** Takes keys over unencrypted HTTP from other hosts than this one. @default false */
  allowHttp?: boolean;
  /** Fetches the set, as through a proxy. @default globalThis.fetch */
  fetch?: typeof globalThis.fetch;
}
