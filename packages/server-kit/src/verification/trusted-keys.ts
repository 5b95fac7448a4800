import { createPublicKey, KeyObject, type JsonWebKey } from 'node:crypto';
import { KitError } from '../errors.ts';
import { KeyLimits, type KeyLimit } from './key-limits.ts';
import { keyIdOf } from './signing-key.ts';

/** What somebody who checks a log knows of its keys. */
export interface TrustedKeys {
  /** The log's first key first. */
  publicKeys: readonly KeyObject[];
  limits: KeyLimits;
}

/**
 * The keys of a JWKS or a single one, and which entries each signs, as far as the JWKS says so.
 *
 * @throws {KitError} `AUDIT_KEY` when one is no Ed25519 key, there is none, or `ide_first` and
 * `ide_last` name no entries.
 */
export function trustedKeysOf(keys: { keys: readonly JsonWebKey[] } | KeyObject): TrustedKeys {
  if (keys instanceof KeyObject) {
    return { publicKeys: [requireEd25519(keys)], limits: new KeyLimits() };
  }
  if (keys.keys.length === 0) throw new KitError('AUDIT_KEY', 'The JWKS holds no key.');
  const read = keys.keys.map((jwk) => {
    const publicKey = requireEd25519(importJwk(jwk));
    return { publicKey, limit: limitOf(jwk, keyIdOf(publicKey)) };
  });
  const inOrder = read.toSorted((a, b) => (a.limit?.first ?? 0) - (b.limit?.first ?? 0));
  return {
    publicKeys: inOrder.map(({ publicKey }) => publicKey),
    limits: new KeyLimits(inOrder.flatMap(({ limit }) => limit ?? [])),
  };
}

/** Keys that are given by hand need not say which entries they sign. */
function limitOf(jwk: JsonWebKey, id: string): KeyLimit | undefined {
  const { ide_first: first, ide_last: last } = jwk as Record<string, unknown>;
  if (first === undefined && last === undefined) return undefined;
  if (isIndex(first) && last === undefined) return { id, first };
  if (isIndex(first) && isIndex(last) && first <= last) return { id, first, last };
  throw new KitError('AUDIT_KEY', 'ide_first and ide_last of a key in the JWKS name no entries.');
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function importJwk(jwk: JsonWebKey): KeyObject {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch (cause) {
    throw new KitError('AUDIT_KEY', 'A key of the JWKS cannot be read.', { cause });
  }
}

function requireEd25519(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType === 'ed25519' && key.type === 'public') return key;
  throw new KitError('AUDIT_KEY', 'The audit log’s keys are Ed25519 public keys.');
}
