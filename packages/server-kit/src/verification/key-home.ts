import type { KeyObject } from 'node:crypto';
import { KitError } from '../errors.ts';
import type { LogPaths } from './log-directory.ts';
import { moveFile, removeFile } from './replace-file.ts';
import { readKeyFile, signingKeyOf, writeKeyFile, type SigningKey } from './signing-key.ts';

/** Who keeps the private key: the log, in its directory, or the host, who gives it at opening. */
export type KeyHome = 'directory' | 'host';

/** The private keys that opening has at hand. */
export interface HeldKeys {
  keyHome: KeyHome;
  /** The key to sign with, unless a change of key was interrupted; `undefined` in a new directory. */
  key: SigningKey | undefined;
  /** In a directory the key that was to follow; of a host the one before. */
  other: SigningKey | undefined;
}

/**
 * Takes the keys that the host gives, or reads those of the directory.
 *
 * @throws {KitError} `AUDIT_KEY` when one is no Ed25519 key, or others than its owner may read it.
 */
export async function holdKeys(
  paths: LogPaths,
  given: { key?: KeyObject; previousKey?: KeyObject },
): Promise<HeldKeys> {
  if (given.key === undefined) {
    const [key, other] = await Promise.all([readKeyFile(paths.key), readKeyFile(paths.nextKey)]);
    return { keyHome: 'directory', key, other };
  }
  const other = given.previousKey && signingKeyOf(given.previousKey);
  return { keyHome: 'host', key: signingKeyOf(given.key), other };
}

/**
 * Writes the key that is to follow, before the log says so. The present one may itself still stand in
 * that file, when a disk error kept it from its place; it is put there first, or it would be lost.
 *
 * @throws {KitError} `AUDIT_KEY` when it cannot be stored.
 */
export async function storeNextKey(
  paths: LogPaths,
  key: SigningKey,
  presentId: string,
): Promise<void> {
  try {
    await settleKeyFile(paths, presentId);
    const present = await readKeyFile(paths.key);
    if (present?.id !== presentId) throw new Error('The present key is not in its file.');
    await writeKeyFile(paths.nextKey, key);
  } catch (cause) {
    const text = 'The new audit key cannot be stored, so the old one stays in force.';
    throw new KitError('AUDIT_KEY', text, { cause });
  }
}

/** Puts the next key in the place of the present one when it is the log's; otherwise drops it. */
export async function settleKeyFile(paths: LogPaths, keyId: string): Promise<void> {
  const next = await readKeyFile(paths.nextKey);
  if (next?.id === keyId) await moveFile(paths.nextKey, paths.key);
  else if (next !== undefined) await removeFile(paths.nextKey);
}

/** Removes keys of earlier entries that the directory still holds, when the host keeps the log's key. */
export async function removeOldKeys(paths: LogPaths, keyId: string): Promise<void> {
  for (const path of [paths.key, paths.nextKey]) {
    const key = await readKeyFile(path);
    if (key !== undefined && key.id !== keyId) await removeFile(path);
  }
}
