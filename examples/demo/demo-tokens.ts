import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import type { Settings } from './settings.ts';

const lifetime = '15m';
const name = 'ide-assistant-demo';

/** The demo's signing secret and a maker of short-lived tokens for its one user. */
export function createDemoTokens(settings: Pick<Settings, 'secret' | 'dataDirectory'>): {
  secret: string;
  issueToken: () => Promise<{ token: string }>;
} {
  const secret = settings.secret ?? keptSecret(settings.dataDirectory);
  const key = new TextEncoder().encode(secret);
  return {
    secret,
    issueToken: async () => ({
      token: await new SignJWT({ roles: ['developer'] })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject('demo')
        .setIssuer(name)
        .setAudience(name)
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime(lifetime)
        .sign(key),
    }),
  };
}

/** Reads the secret, or makes it where it is missing, so that tokens outlive a restart. */
function keptSecret(directory: string): string {
  const file = join(directory, 'jwt-secret');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}
