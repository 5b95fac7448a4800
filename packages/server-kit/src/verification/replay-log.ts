import type { KeyObject } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Checkpoint } from './checkpoint.ts';
import { indexOfEntryId } from './entry-id.ts';
import { readEntry, verifyEnvelope } from './envelope.ts';
import type { RecordedStatement } from './in-toto.ts';
import { leafHash } from './merkle-hash.ts';
import { MerkleTree } from './merkle-tree.ts';
import { readLines } from './read-lines.ts';
import { AuditTamperedError } from './tampering.ts';

/** What the log's file holds. */
export interface ReplayedLog {
  tree: MerkleTree;
  /** Where each entry begins in the file, bytes, and as last element where the next one will. */
  offsets: number[];
  /** Leaf hash of the last entry, hex, which the next entry names. */
  head: string;
  /** Intents without a result, oldest first. */
  openIntents: RecordedStatement[];
}

/** What {@link replayLog} checks against. */
export interface ReplayOptions {
  /** Verified checkpoint that the file must continue. */
  checkpoint: Checkpoint;
  /** The key in force at an entry. */
  publicKeyAt: (index: number) => KeyObject;
}

/** The `prev` of the first entry. */
export const firstHead = '0'.repeat(64);

/**
 * Reads the whole log and checks it: order, chain, the checkpoint's root, and the signature of each
 * entry that is newer than the checkpoint. Older ones are covered by the root, which the key has
 * signed, so that opening costs some microseconds per entry instead of a signature check.
 *
 * @throws {AuditTamperedError} naming what is wrong and at which entry.
 */
export async function replayLog(handle: FileHandle, options: ReplayOptions): Promise<ReplayedLog> {
  const { checkpoint, publicKeyAt } = options;
  const verifyLine = (line: Buffer, index: number) =>
    at(index, () => verifyEnvelope(line.toString(), publicKeyAt(index)));
  const tree = new MerkleTree();
  const offsets = [0];
  const openIntents = new Map<string, RecordedStatement>();
  let head = firstHead;
  let end = 0;
  let previous: Buffer | undefined;
  for await (const lines of readLines(handle)) {
    for (const line of lines) {
      const index = tree.size;
      const isCovered = index < checkpoint.size;
      const entry = isCovered
        ? at(index, () => readEntry(line.toString()))
        : verifyLine(line, index);
      requireOrder(entry, index);
      if (entry.prev !== head) {
        // Of two lines that do not fit together, the one that the key did not sign was changed.
        if (previous) verifyLine(previous, index - 1);
        verifyLine(line, index);
        const text = `entry ${index} does not follow the one before.`;
        throw new AuditTamperedError('CHAIN', text, { index });
      }
      if (entry.phase === 'intent') openIntents.set(entry.id, entry);
      if (entry.phase === 'result' && entry.intent) openIntents.delete(entry.intent);
      const leaf = leafHash(line);
      tree.push(leaf);
      head = leaf.toString('hex');
      end += line.length + 1;
      offsets.push(end);
      previous = line;
    }
  }
  requireCheckpoint(tree, checkpoint);
  return { tree, offsets, head, openIntents: [...openIntents.values()] };
}

/** Names the entry in an error of a check that saw only its line. */
function at<T>(index: number, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof AuditTamperedError)) throw error;
    const text = `entry ${index}: ${error.message.slice(error.finding.length + 2)}`;
    throw new AuditTamperedError(error.finding, text, { index, cause: error });
  }
}

function requireOrder(entry: RecordedStatement, index: number): void {
  if (entry.index === index && indexOfEntryId(entry.id) === index) return;
  throw new AuditTamperedError('SEQ', `entry ${entry.index} stands at place ${index}.`, { index });
}

function requireCheckpoint(tree: MerkleTree, checkpoint: Checkpoint): void {
  if (tree.size < checkpoint.size) {
    throw new AuditTamperedError(
      'TRUNCATED',
      `the log has ${tree.size} entries, its checkpoint covers ${checkpoint.size}.`,
    );
  }
  if (tree.root(checkpoint.size).equals(checkpoint.root)) return;
  throw new AuditTamperedError(
    'ROOT',
    `the first ${checkpoint.size} entries are not those that the checkpoint covers.`,
  );
}
