import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { open } from 'node:fs/promises';
import { KitError } from '../errors.ts';
import { replaceFile } from './replace-file.ts';

/** An Ed25519 key pair and the name under which it is published. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** SHA-256 of the public key's SPKI DER, 64 hex digits; `keyid` in envelopes, `kid` in the JWKS. */
  readonly id: string;
}

/**
 * Wraps a private key for signing.
 *
 * @throws {KitError} `AUDIT_KEY` when it is not an Ed25519 private key.
 */
export function signingKeyOf(privateKey: KeyObject): SigningKey {
  if (privateKey.type !== 'private' || privateKey.asymmetricKeyType !== 'ed25519') {
    throw new KitError('AUDIT_KEY', 'The audit key must be an Ed25519 private key.');
  }
  const publicKey = createPublicKey(privateKey);
  return { privateKey, publicKey, id: keyIdOf(publicKey) };
}

/** Makes a new key pair. */
export function generateSigningKey(): SigningKey {
  return signingKeyOf(generateKeyPairSync('ed25519').privateKey);
}

/** The name of a public key: hex SHA-256 of its SPKI DER. */
export function keyIdOf(publicKey: KeyObject): string {
  return hash('sha256', publicKey.export({ type: 'spki', format: 'der' }), 'hex');
}

/** The public key as a JWK (RFC 8037) with `kid`, `alg` and `use`. */
export function publicJwkOf(publicKey: KeyObject): JsonWebKey {
  const jwk = publicKey.export({ format: 'jwk' });
  return { ...jwk, kid: keyIdOf(publicKey), alg: 'EdDSA', use: 'sig' };
}

/**
 * Reads a key file (PKCS#8 PEM); `undefined` when there is none.
 *
 * @throws {KitError} `AUDIT_KEY` when it is no Ed25519 key, or others than its owner may read it.
 */
export async function readKeyFile(path: string): Promise<SigningKey | undefined> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  try {
    const { mode } = await handle.stat();
    // Windows reports modes that say nothing about who may read.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new KitError(
        'AUDIT_KEY',
        `Others may read the audit key ${path}. If nobody did, set its mode to 0600; otherwise begin a new log with a new key.`,
      );
    }
    return signingKeyOf(parsePem(await handle.readFile('utf8'), path));
  } finally {
    await handle.close();
  }
}

/** Writes a key file that only its owner may read. */
export async function writeKeyFile(path: string, key: SigningKey): Promise<void> {
  const pem = key.privateKey.export({ type: 'pkcs8', format: 'pem' });
  await replaceFile(path, pem.toString(), 0o600);
}

function parsePem(pem: string, path: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new KitError('AUDIT_KEY', `The audit key ${path} is no PKCS#8 PEM.`, { cause });
  }
}
