import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';

/** How the benchmarked kit checks tokens. */
export const tokenOptions = {
  secret: 'a secret that only the benchmarks know, 32+ bytes',
  issuer: 'bench',
  audience: 'ide-assistant',
};

/** A token that outlives a benchmark. */
export function benchToken(): Promise<string> {
  return new SignJWT({ roles: ['developer'] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('bench')
    .setIssuer(tokenOptions.issuer)
    .setAudience(tokenOptions.audience)
    .setJti(randomUUID())
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(tokenOptions.secret));
}
