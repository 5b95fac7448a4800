import { createPublicKey, type KeyObject } from 'node:crypto';
import { KitError } from '../errors.ts';
import type { EntryContent } from './in-toto.ts';
import { keyIdOf } from './signing-key.ts';
import { record, text } from './statement.ts';

/** What an entry of the phase `key` says: from the next entry on, another key signs. */
export interface KeyChange {
  /** Id of the new key, 64 hex digits. */
  keyid: string;
  /** The new public key, SPKI DER in base64. */
  spki: string;
  /** The public key that signed this entry, in the same form. The log's first key stands nowhere else. */
  previous: string;
}

/** What the log records when its key changes. The input is the new key's SPKI form. */
export function keyChangeContent(previous: KeyObject, next: KeyObject): EntryContent {
  const keyid = keyIdOf(next);
  return {
    actor: { sub: '', kind: 'server', sessionId: '' },
    action: 'key',
    phase: 'key',
    subject: `key:${keyid}`,
    inputHash: `sha256:${keyid}`,
    key: { keyid, spki: toSpki(next), previous: toSpki(previous) },
  };
}

/**
 * Reads a key change as the log states it.
 *
 * @throws {KitError} `AUDIT_STATEMENT` when a key is no Ed25519 key, or the new one has another id.
 */
export function keyChangeOf(value: unknown): KeyChange {
  const fields = record(value, 'key');
  const keyid = text(fields['keyid'], 'key.keyid');
  const spki = text(fields['spki'], 'key.spki');
  const previous = text(fields['previous'], 'key.previous');
  publicKeyOf(previous);
  if (keyIdOf(publicKeyOf(spki)) === keyid) return { keyid, spki, previous };
  throw new KitError('AUDIT_STATEMENT', 'key.keyid of an audit statement is not that of its key.');
}

/**
 * A public key from its SPKI form in base64.
 *
 * @throws {KitError} `AUDIT_STATEMENT` when it is no Ed25519 key.
 */
export function publicKeyOf(spki: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
  } catch {
    // Falls through to the one error for all that is no such key.
  }
  if (key?.asymmetricKeyType === 'ed25519') return key;
  throw new KitError('AUDIT_STATEMENT', 'A key in an audit statement is no Ed25519 key.');
}

function toSpki(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64');
}
