import type { FileHandle } from 'node:fs/promises';
import { indexOfEntryId } from './entry-id.ts';
import { isAsWritten, isSignedBy, openEnvelope, type OpenedEnvelope } from './envelope.ts';
import type { RecordedStatement } from './in-toto.ts';
import { publicKeyOf } from './key-change.ts';
import type { KeyRing } from './key-ring.ts';
import { leafHash } from './merkle-hash.ts';
import { MerkleTree } from './merkle-tree.ts';
import { readLines } from './read-lines.ts';
import { keyIdOf } from './signing-key.ts';
import { AuditTamperedError, type TamperFinding } from './tampering.ts';

/** What the log's file holds. */
export interface ReplayedLog {
  tree: MerkleTree;
  /** Where each entry begins in the file, bytes, and as last element where the next one will. */
  offsets: number[];
  /** Leaf hash of the last entry, hex, which the next entry names. */
  head: string;
  /** When the last entry was made; empty when there is none. */
  timestamp: string;
  keys: KeyRing;
  /** Intents without a result, oldest first. */
  openIntents: RecordedStatement[];
}

/** What {@link replayLog} checks against. */
export interface ReplayOptions {
  /** Number of entries that the log's checkpoint covers. */
  covered: number;
  /** Knows the log's first key, or keys of which one is; learns those that follow. */
  keys: KeyRing;
}

/** The `prev` of the first entry. */
export const firstHead = '0'.repeat(64);

/**
 * Reads the whole log and checks it: order, chain, time, changes of key, and the signature and form of
 * each entry that is newer than the checkpoint. Older ones are covered by the root, which the key has
 * signed, so that opening costs some microseconds per entry instead of a signature check.
 *
 * @throws {AuditTamperedError} at the first entry that does not fit. What was done to the log may
 * show only in what follows; `verifyLog` names it better.
 */
export async function replayLog(handle: FileHandle, options: ReplayOptions): Promise<ReplayedLog> {
  const { covered, keys } = options;
  const tree = new MerkleTree();
  const offsets = [0];
  const openIntents = new Map<string, RecordedStatement>();
  let head = firstHead;
  let timestamp = '';
  let end = 0;
  for await (const { lines } of readLines(handle)) {
    for (const line of lines) {
      const index = tree.size;
      const opened = openAt(line, index);
      const { entry } = opened;
      if (entry.index !== index || indexOfEntryId(entry.id) !== index) throw wrong('ORDER', index);
      if (entry.prev !== head) throw wrong('CHAIN', index);
      if (entry.timestamp < timestamp) throw wrong('TIME_BACKWARDS', index);
      if (entry.key) keys.begin(publicKeyOf(entry.key.previous));
      if (index >= covered || entry.key) {
        const signer = keys.at(index).find((key) => isSignedBy(opened, key));
        if (signer === undefined) throw wrong('SIGNATURE', index);
        // No root holds these bytes yet, and the signature not all of them.
        const isFree = index >= covered;
        if (isFree && !isAsWritten(line, opened, keyIdOf(signer))) throw wrong('FORM', index);
      }
      if (entry.key) keys.change(publicKeyOf(entry.key.spki), { index, line: line.toString() });
      noteIntent(openIntents, entry);
      const leaf = leafHash(line);
      tree.push(leaf);
      head = leaf.toString('hex');
      timestamp = entry.timestamp;
      end += line.length + 1;
      offsets.push(end);
    }
  }
  return { tree, offsets, head, timestamp, keys, openIntents: [...openIntents.values()] };
}

/** Keeps the intents that have no result yet. */
export function noteIntent(
  openIntents: Map<string, RecordedStatement>,
  entry: RecordedStatement,
): void {
  if (entry.phase === 'intent') openIntents.set(entry.id, entry);
  if (entry.phase === 'result' && entry.intent) openIntents.delete(entry.intent);
}

function openAt(line: Buffer, index: number): OpenedEnvelope {
  try {
    return openEnvelope(line.toString());
  } catch (error) {
    if (error instanceof AuditTamperedError) throw wrong(error.finding, index);
    throw error;
  }
}

function wrong(finding: TamperFinding, index: number): AuditTamperedError {
  return new AuditTamperedError(finding, `entry ${index} does not fit.`, { index });
}
