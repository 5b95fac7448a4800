import type { KeyObject } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { KitError } from '../errors.ts';
import { parseCheckpoint, readCheckpoint, type Checkpoint } from './checkpoint.ts';
import type { HeldKeys } from './key-home.ts';
import { KeyRing } from './key-ring.ts';
import { knownKeys } from './known-keys.ts';
import type { LogPaths } from './log-directory.ts';
import { replayLog, type ReplayedLog } from './replay-log.ts';
import { publicJwkOf, type SigningKey } from './signing-key.ts';
import { AuditTamperedError } from './tampering.ts';
import { verifyLog } from './verify-log.ts';

/** What opening finds of a log. */
export interface LogCheck {
  reader: FileHandle;
  paths: LogPaths;
  /** The stored checkpoint. */
  note: string;
  origin: string;
  held: HeldKeys;
}

/**
 * Checks a log before it is opened for writing: a key that this process holds has signed its
 * checkpoint, and its entries are those of the checkpoint and what followed them.
 *
 * @throws {AuditTamperedError} naming what was done to the log, and `AUDIT_KEY` when the keys are
 * not those of the log.
 */
export async function checkLog(
  check: LogCheck,
): Promise<{ checkpoint: Checkpoint; replayed: ReplayedLog; key: SigningKey }> {
  const { reader, note, origin, held } = check;
  const own = [held.key, held.other].filter((key) => key !== undefined);
  const covered = parseCheckpoint(note).size;
  const signer = signerOf(check, own);
  const keys = new KeyRing(own.map(({ publicKey }) => publicKey));
  try {
    const replayed = await replayLog(reader, { covered, keys });
    keys.begin(signer.publicKey);
    const checkpoint = readCheckpoint(note, { origin, publicKeys: [signer.publicKey] });
    requireCovered(replayed, checkpoint, signer.publicKey);
    const key = own.find(({ id }) => id === keys.current?.id);
    if (key) return { checkpoint, replayed, key };
  } catch (error) {
    if (!(error instanceof AuditTamperedError)) throw error;
    throw await explained(error, check);
  }
  throw new KitError(
    'AUDIT_KEY',
    `The audit log changed its key to ${keys.current?.id}. Open it with that key.`,
  );
}

/**
 * The key at hand that signed the checkpoint. Somebody who forges a history cannot pass this, not
 * even by ending it with a change to our key.
 */
function signerOf({ note, origin, held }: LogCheck, own: readonly SigningKey[]): SigningKey {
  try {
    readCheckpoint(note, { origin, publicKeys: own.map(({ publicKey }) => publicKey) });
  } catch (cause) {
    const isForeign = cause instanceof AuditTamperedError && cause.finding === 'FOREIGN_KEY';
    if (!isForeign || held.keyHome === 'directory') throw cause;
    throw new KitError(
      'AUDIT_KEY',
      'The audit log’s checkpoint is signed by another key than the given one. To change over from another key, pass that as previousKey.',
      { cause },
    );
  }
  const signer = own.find(({ publicKey }) => hasSigned(note, origin, publicKey));
  if (signer) return signer;
  throw new AuditTamperedError('SIGNATURE', 'the checkpoint is not signed by the log’s key.');
}

function hasSigned(note: string, origin: string, publicKey: KeyObject): boolean {
  try {
    readCheckpoint(note, { origin, publicKeys: [publicKey] });
    return true;
  } catch {
    return false;
  }
}

function requireCovered(
  { tree, keys }: ReplayedLog,
  { size, root }: Checkpoint,
  signer: KeyObject,
): void {
  if (tree.size < size) {
    throw new AuditTamperedError(
      'TRUNCATED',
      `the log has ${tree.size} entries, its checkpoint covers ${size}.`,
    );
  }
  if (!tree.root(size).equals(root)) {
    throw new AuditTamperedError(
      'ROOT',
      `the first ${size} entries are not those that the checkpoint covers.`,
    );
  }
  if (keys.at(size).some((key) => key.equals(signer))) return;
  throw new AuditTamperedError('KEY_RANGE', 'the checkpoint’s key was not in force at its size.');
}

/** The same error, or a better name for what was done, found by a look at every signature. */
async function explained(error: AuditTamperedError, check: LogCheck): Promise<AuditTamperedError> {
  const { paths, note, origin } = check;
  const keys = { keys: (await knownKeys(check)).map(publicJwkOf) };
  const { findings } = await verifyLog({ log: paths.log, checkpoint: note, origin, keys });
  const found = findings.find(({ level }) => level === 'error');
  if (found === undefined) return error;
  const { code, message, index, line } = found;
  const text = line === undefined || index === undefined ? message : `entry ${index}: ${message}`;
  return new AuditTamperedError(code, text, { index, cause: error });
}
