import { concat, fromBase64, fromHex, sha256, type Bytes } from './bytes.ts';
import { refuse } from './verification-error.ts';

/** A public key of a log, as `GET <mount>/jwks.json` lists it. */
export interface LogKey {
  readonly kty?: string | undefined;
  readonly crv?: string | undefined;
  /** The key's 32 bytes, base64url. */
  readonly x?: string | undefined;
  /** Index of the first entry that it may have signed. @default 0 */
  readonly ide_first?: number | undefined;
  /** Index of the last entry that it may have signed; absent while it is in use. */
  readonly ide_last?: number | undefined;
  /** The entry by which the key before this one handed over. */
  readonly ide_rotation?: { readonly index: number; readonly line: string } | undefined;
}

/** Public keys, as in RFC 7517. */
export interface JwkSet {
  readonly keys: readonly LogKey[];
}

/** A key that is ready to check signatures. */
export interface ImportedKey {
  /** Hex SHA-256 of the SPKI form; `keyid` in envelopes. */
  readonly id: string;
  readonly raw: Bytes;
  /** As given, in the range of entries for which it is good. */
  jwk: LogKey;
  verify(signature: Bytes, signed: Bytes): Promise<boolean>;
}

/**
 * Makes the Ed25519 keys of a set usable; others in it are passed over. What `kid` says is not looked
 * at: a key's name follows from its bytes.
 * @throws VerificationError `UNSUPPORTED` where there is no Ed25519.
 */
export async function importKeys(keys: readonly LogKey[]): Promise<ImportedKey[]> {
  // Typed as always there, but a page on a plain `http:` host has none.
  const subtle = (crypto as { subtle?: typeof crypto.subtle }).subtle ?? unsupported();
  const imported: ImportedKey[] = [];
  for (const jwk of keys) {
    if (jwk.crv !== 'Ed25519') continue;
    const raw = fromBase64(jwk.x);
    const key = await subtle.importKey('raw', raw, 'Ed25519', true, ['verify']).catch(passOver);
    if (!key) continue;
    // Before the 32 bytes stands what makes them the SPKI form. @see RFC 8410, section 10.1
    imported.push({
      id: await sha256(concat(fromHex('302a300506032b6570032100'), raw)),
      raw,
      jwk,
      verify: (signature, signed) => subtle.verify('Ed25519', key, signature, signed),
    });
  }
  return imported;
}

/** Whether a key may have signed the entry at that index. */
export function isInRange({ jwk }: ImportedKey, index: number): boolean {
  const { ide_first: first = 0, ide_last: last = Infinity } = jwk;
  return index >= first && index <= last;
}

// A key of the wrong length is nobody's.
function passOver({ name }: DOMException): undefined {
  if (name === 'NotSupportedError') unsupported();
}

function unsupported(): never {
  refuse('UNSUPPORTED', 'The check needs https: and a current browser.');
}
