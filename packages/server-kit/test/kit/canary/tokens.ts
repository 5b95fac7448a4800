import { randomBytes, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { audience, issuer, secret } from '../../support/tokens.ts';

/** Makes tokens, good and bad ones, and remembers each. */
export interface CanaryTokens {
  /** The tokens, their parts, and a claim inside of them. What all tokens begin with is left out. */
  readonly shown: readonly string[];
  sign(claims?: { sub?: string; roles?: string[]; endsIn?: number }): Promise<string>;
  /** A token of which one part was changed. */
  alter(token: string, part: 'payload' | 'signature'): string;
}

/** Makes a maker of tokens. */
export function canaryTokens(): CanaryTokens {
  const claim = `claim-${randomBytes(12).toString('hex')}`;
  const shown = new Set([claim]);
  const remember = (token: string) => {
    for (const text of [token, ...token.split('.').slice(1)]) shown.add(text);
    return token;
  };
  return {
    get shown() {
      return [...shown];
    },

    async sign({ sub = 'ada', roles = ['developer'], endsIn = 600 } = {}) {
      const unsigned = new SignJWT({ roles, claim })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(sub)
        .setIssuer(issuer)
        .setAudience(audience)
        .setJti(randomUUID())
        .setExpirationTime(Math.floor(Date.now() / 1000) + endsIn);
      return remember(await unsigned.sign(new TextEncoder().encode(secret)));
    },

    alter(token, part) {
      const [header = '', payload = '', signature = ''] = token.split('.');
      const claims = Buffer.from(payload, 'base64url').toString().replace('developer', 'admin');
      const forged = [
        header,
        part === 'payload' ? Buffer.from(claims).toString('base64url') : payload,
        part === 'signature' ? signature.split('').toReversed().join('') : signature,
      ];
      return remember(forged.join('.'));
    },
  };
}
