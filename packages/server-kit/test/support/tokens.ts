import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';

export const secret = 'a secret that only these tests know, 32+ bytes';
export const issuer = 'test-app';
export const audience = 'ide-assistant';

/** A signed token; `expiresIn` in seconds from now, negative for one that has ended; `iat` in seconds. */
export function token(
  options: { sub?: string; roles?: readonly string[]; expiresIn?: number; iat?: number } = {},
): Promise<string> {
  const { sub = 'ada', roles = ['developer'], expiresIn = 600, iat } = options;
  return new SignJWT({ roles, ...(iat === undefined ? {} : { iat }) })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setIssuer(issuer)
    .setAudience(audience)
    .setJti(randomUUID())
    .setExpirationTime(Math.floor(Date.now() / 1000) + expiresIn)
    .sign(new TextEncoder().encode(secret));
}
