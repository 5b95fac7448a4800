import { createHmac, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import type { JSONWebKeySet } from 'jose';
import { audience, issuer, secret } from '../support/tokens.ts';

type Part = Record<string, unknown> | string;

/** Stands in every header and claim that an attacker chooses, so that a leak of it is seen. */
export const canary = 'canary-7b2f';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed25519 = generateKeyPairSync('ed25519');
/** Keys of the attacker. */
export const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** What the issuer publishes: two keys, so that a token must name one. */
export const publicKeys: JSONWebKeySet = {
  keys: [publicJwk(rsa.publicKey, 'r1', 'RS256'), publicJwk(ed25519.publicKey, 'e1', 'EdDSA')],
};

export function publicJwk(key: KeyObject, kid: string, alg: string) {
  return { ...key.export({ format: 'jwk' }), kid, alg, use: 'sig' } as JSONWebKeySet['keys'][0];
}

/** The issuer's RSA key as everybody can read it. */
export const publicPem = rsa.publicKey.export({ format: 'pem', type: 'spki' });

/** Claims that are accepted. */
export function claims(changed: Record<string, unknown> = {}): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1_000);
  return {
    ...{ iss: issuer, aud: audience, sub: `ada-${canary}`, jti: `${canary}-${randomUUID()}` },
    ...{ roles: ['developer'], iat: now, exp: now + 600 },
    ...changed,
  };
}

/** Makes a compact token, whatever is in it. */
export function compact(header: Part, payload: Part, seal: (input: string) => Buffer): string {
  const input = `${encoded(header)}.${encoded(payload)}`;
  return `${input}.${seal(input).toString('base64url')}`;
}

function encoded(part: Part): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}

export const seals = {
  hmac: (key: string | Buffer) => (input: string) =>
    createHmac('sha256', key).update(input).digest(),
  rsa: (key: KeyObject) => (input: string) => sign('RSA-SHA256', Buffer.from(input), key),
  ed25519: (input: string) => sign(null, Buffer.from(input), ed25519.privateKey),
  none: () => Buffer.alloc(0),
};

/** A token of the real issuer, with the header and claims that are asked for. */
export interface Issuer {
  readonly header: Record<string, unknown>;
  seal: (input: string) => Buffer;
  issue: (changed?: Record<string, unknown>, header?: Record<string, unknown>) => string;
}

function issuerOf(header: Record<string, unknown>, seal: Issuer['seal']): Issuer {
  return {
    header,
    seal,
    issue: (changed = {}, more = {}) => compact({ ...header, ...more }, claims(changed), seal),
  };
}

/** Signs with the secret that it shares with the server. */
export const bySecret = issuerOf({ alg: 'HS256', typ: 'JWT' }, seals.hmac(secret));
/** Signs with one of its private keys. */
export const byKey = issuerOf({ alg: 'RS256', typ: 'JWT', kid: 'r1' }, seals.rsa(rsa.privateKey));
export const byOtherKey = issuerOf({ alg: 'EdDSA', kid: 'e1' }, seals.ed25519);
