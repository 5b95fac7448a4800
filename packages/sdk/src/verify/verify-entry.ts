import type { OutputOf } from '../protocol/index.ts';
import { acceptKeys } from './accept-keys.ts';
import { openNote, type Checkpoint } from './checkpoint.ts';
import { openEnvelope, type Envelope } from './envelope.ts';
import type { JwkSet, LogKey } from './keys.ts';
import { leafHash, verifyConsistency, verifyInclusion } from './merkle.ts';
import type { SignedStatement } from './statement.ts';
import { refuse, VerificationError, type VerificationCode } from './verification-error.ts';

/** The reply of `audit_get`. */
export type AuditEntry = OutputOf<'audit_get'>;

/** What {@link verifyEntry} checks, and against what. */
export interface EntryClaim {
  /** The verification id that was asked for. */
  id: string;
  entry: AuditEntry;
  /** The keys to trust, each in its range of entries. */
  keys: JwkSet;
  /**
   * Keys that the server offers. Of these only those count that trusted ones handed over to.
   * @default none
   */
  offered?: JwkSet | undefined;
  /** The latest checkpoint that is known of this log. @default none */
  remembered?: Checkpoint | null | undefined;
}

/** The entry is genuine, and the log holds it. Origin, size and root are those of the checkpoint. */
export interface CheckedEntry extends Checkpoint {
  readonly ok: true;
  readonly statement: SignedStatement;
  /** Which key signed: hex SHA-256 of its SPKI form. */
  readonly keyId: string;
  /** The entry's place in the log, counted from 0. */
  readonly index: number;
  /** Size of the remembered checkpoint that this log continues; null when none was remembered. */
  readonly consistentWith: number | null;
  /** The keys that are trusted after this. */
  readonly keys: readonly LogKey[];
}

/** The entry cannot be trusted; with `UNSUPPORTED` it could not be checked. */
export interface RefusedEntry {
  readonly ok: false;
  readonly code: VerificationCode;
  /** What is wrong, in a sentence. */
  readonly message: string;
}

/**
 * Checks an entry with all that came with it. Asks nobody and remembers nothing.
 * @example
 * const entry = await client.request('audit_get', { verification_id: id });
 * const result = await verifyEntry({ id, entry, keys });
 */
export async function verifyEntry(claim: EntryClaim): Promise<CheckedEntry | RefusedEntry> {
  try {
    return await check(claim);
  } catch (error) {
    // Replies are not validated, so anything may be missing from one.
    const { code, message } =
      error instanceof VerificationError
        ? error
        : new VerificationError('STATEMENT', 'The entry cannot be read.');
    return { ok: false, code, message };
  }
}

async function check(claim: EntryClaim): Promise<CheckedEntry> {
  const { id, entry, remembered } = claim;
  const { line, index, proof, consistency } = entry;
  const keys = await acceptKeys(claim.keys.keys, claim.offered?.keys ?? []);
  const envelope = JSON.parse(line) as Envelope;
  const { statement, key } = await openEnvelope(envelope, keys);
  // The line is what the log holds; the envelope beside it must not tell a person something else.
  const isOther = JSON.stringify(envelope) !== JSON.stringify(entry.envelope);
  if (isOther || statement.id !== id || statement.seq !== index) {
    refuse('STATEMENT', 'The entry is not the one asked for.');
  }
  const checkpoint = await openNote(entry.checkpoint, keys, remembered?.origin);
  if (!(await verifyInclusion(await leafHash(line), index, checkpoint, proof.hashes))) {
    refuse('INCLUSION', 'The log does not hold this entry.');
  }
  if (remembered && remembered.treeSize > checkpoint.treeSize) {
    refuse('ROLLBACK', 'The log is shorter than it was.');
  }
  if (remembered && !(await verifyConsistency(remembered, checkpoint, consistency?.hashes ?? []))) {
    refuse('FORK', 'The log does not continue what it was.');
  }
  return {
    ok: true,
    statement,
    keyId: key.id,
    index,
    ...checkpoint,
    consistentWith: remembered?.treeSize ?? null,
    keys: keys.map(({ jwk }) => jwk),
  };
}
