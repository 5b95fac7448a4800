import type { TokenRefusal } from '../../src/auth/index.ts';
import { secret } from '../support/tokens.ts';
import {
  byKey,
  byOtherKey,
  bySecret,
  canary,
  claims,
  compact,
  publicJwk,
  publicPem,
  seals,
  stranger,
  type Issuer,
} from './forge.ts';

/** A token that must not let anybody in. */
export interface Attack {
  readonly name: string;
  /** @param lure URL of the attacker's own key server. */
  readonly forge: (lure: string) => string;
  readonly reason: TokenRefusal;
}

const now = () => Math.floor(Date.now() / 1_000);

/** What is tried against every kind of key. */
function against(issuer: Issuer): Attack[] {
  const invalid = (name: string, forge: Attack['forge']): Attack => ({
    ...{ name, forge },
    reason: 'token_invalid',
  });
  const { header, issue } = issuer;
  const unsigned = (alg: unknown) => () => compact({ ...header, alg }, claims(), seals.none);
  return [
    invalid('no algorithm', unsigned('none')),
    invalid('no algorithm, in other letters', unsigned('nOnE')),
    invalid('an empty algorithm', unsigned('')),
    invalid('an algorithm that is no text', unsigned(['HS256'])),
    invalid('a header without an algorithm', () => compact({}, claims(), seals.none)),
    invalid('a good signature under no algorithm', () => issue({}, { alg: 'none' })),
    invalid('no exp', () => issue({ exp: undefined })),
    invalid('no sub', () => issue({ sub: undefined })),
    invalid('no jti', () => issue({ jti: undefined })),
    invalid('an exp that is a text', () => issue({ exp: '9999999999' })),
    invalid('an exp that no date can hold', () => issue({ exp: 1e300 })),
    invalid('an endless exp', () =>
      compact(
        header,
        JSON.stringify(claims({ exp: 0 })).replace('"exp":0', '"exp":1e999'),
        issuer.seal,
      ),
    ),
    invalid('a sub that is an object', () => issue({ sub: { $ne: null } })),
    invalid('a sub that is empty', () => issue({ sub: '' })),
    invalid('a sub with a line break', () => issue({ sub: `ada\n${canary}` })),
    invalid('a jti that is a number', () => issue({ jti: 7 })),
    invalid('a sid that is a list', () => issue({ sid: [canary] })),
    invalid('the audience of somebody else', () => issue({ aud: `other-${canary}` })),
    invalid('no audience', () => issue({ aud: undefined })),
    invalid('another issuer', () => issue({ iss: `https://evil.example/${canary}` })),
    invalid('no issuer', () => issue({ iss: undefined })),
    invalid('an altered signature', () => altered(issue(), 2)),
    invalid('altered claims', () => altered(issue(), 1)),
    invalid('no signature', () => `${issue().split('.').slice(0, 2).join('.')}.`),
    invalid('another spelling of the same signature', () => respelt(issue())),
    invalid('a signature with padding', () => `${issue()}=`),
    invalid('a fourth part', () => `${issue()}.${canary}`),
    invalid('two parts', () => issue().split('.').slice(0, 2).join('.')),
    invalid('claims that are a list', () => compact(header, '[]', issuer.seal)),
    invalid('claims that are no JSON', () => compact(header, canary, issuer.seal)),
    invalid('a header that is no JSON', () => compact(canary, claims(), issuer.seal)),
    invalid('a token within a token', () =>
      compact({ ...header, cty: 'JWT' }, issue(), issuer.seal),
    ),
    invalid('an extension that is critical', () => issue({}, { crit: [canary], [canary]: true })),
    invalid('an extension that is critical and known to no one', () =>
      issue({}, { crit: ['exp'] }),
    ),
    invalid('an unencoded payload', () => issue({}, { b64: false, crit: ['b64'] })),
    invalid('an unencoded payload that nobody insists on', () => issue({}, { b64: false })),
    invalid('a kid that is a list', () => issue({}, { kid: ['r1'] })),
    invalid('an empty kid', () => issue({}, { kid: '' })),
    invalid('a key of the attacker in the header', () =>
      compact(
        { alg: 'RS256', jwk: publicJwk(stranger.publicKey, 'r1', 'RS256') },
        claims(),
        seals.rsa(stranger.privateKey),
      ),
    ),
    ...['jku', 'x5u'].map((field) =>
      invalid(`the address of the attacker’s keys in ${field}`, (lure) =>
        compact(
          { alg: 'RS256', kid: 'r1', [field]: lure },
          claims(),
          seals.rsa(stranger.privateKey),
        ),
      ),
    ),
    { name: '20 KB', forge: () => issue({ pad: 'x'.repeat(15_000) }), reason: 'token_too_large' },
    { name: '9 KB', forge: () => issue({ pad: 'x'.repeat(6_500) }), reason: 'token_too_large' },
    { name: 'the end passed', forge: () => issue({ exp: now() - 10 }), reason: 'token_expired' },
    {
      name: 'a beginning that is still to come',
      forge: () => issue({ nbf: now() + 60 }),
      reason: 'token_not_yet_valid',
    },
    {
      name: 'issued in the future',
      forge: () => issue({ iat: now() + 60 }),
      reason: 'token_not_yet_valid',
    },
  ];
}

/** Against a server that shares a secret with the issuer. */
export const attacksOnSecret: readonly Attack[] = [
  ...against(bySecret),
  invalidly('a secret of the attacker', () =>
    compact(bySecret.header, claims(), seals.hmac(canary)),
  ),
  invalidly('an empty secret', () => compact(bySecret.header, claims(), seals.hmac(''))),
  invalidly('the secret under a longer hash', () => bySecret.issue({}, { alg: 'HS512' })),
  invalidly('a signature of a key', () => byKey.issue()),
  invalidly('the secret passed off as a key', () => bySecret.issue({}, { alg: 'RS256' })),
];

/** Against a server that has the issuer's public keys. */
export const attacksOnKeys: readonly Attack[] = [
  ...against(byKey),
  ...[
    publicPem.toString(),
    publicPem.toString().trimEnd(),
    publicPem.toString().replaceAll('\n', ''),
  ].map((pem, index) =>
    invalidly(`the public key as a secret, spelling ${index + 1}`, () =>
      compact({ alg: 'HS256', kid: 'r1' }, claims(), seals.hmac(pem)),
    ),
  ),
  invalidly('a shared secret', () =>
    compact({ alg: 'HS256', kid: 'r1' }, claims(), seals.hmac(secret)),
  ),
  ...[
    ['a path', `../../../../dev/null/${canary}`],
    ['SQL', `r1' UNION SELECT '${canary}' --`],
    ['a name of every object', '__proto__'],
    ['4 KB', 'r1'.padEnd(4_096, 'x')],
    ['made up', canary],
  ].map(([what, kid]) =>
    invalidly(`a kid that is ${what}`, () =>
      compact({ alg: 'RS256', kid }, claims(), seals.rsa(stranger.privateKey)),
    ),
  ),
  invalidly('no kid, where there are several keys', () => byKey.issue({}, { kid: undefined })),
  invalidly('the kid of another key', () => byKey.issue({}, { kid: 'e1' })),
  invalidly('another algorithm than that of its key', () => byOtherKey.issue({}, { alg: 'RS256' })),
  invalidly('a key of the attacker under a good kid', () =>
    compact(byKey.header, claims(), seals.rsa(stranger.privateKey)),
  ),
];

function invalidly(name: string, forge: Attack['forge']): Attack {
  return { name, forge, reason: 'token_invalid' };
}

function altered(token: string, part: number): string {
  const parts = token.split('.');
  const text = parts[part] ?? '';
  parts[part] = (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
  return parts.join('.');
}

/** Changes bits of the last letter that decoders throw away. */
export function respelt(token: string): string {
  return token.slice(0, -1) + String.fromCharCode(token.charCodeAt(token.length - 1) + 1);
}
