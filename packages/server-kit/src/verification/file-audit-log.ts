import type { JsonWebKey } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { KitError } from '../errors.ts';
import type { AppendFile } from './append-file.ts';
import type { AuditLog, EntryProof, LogEntry } from './audit-log.ts';
import { closedRefusal, type Availability } from './availability.ts';
import { writeCheckpoint } from './checkpoint.ts';
import { CheckpointKeeper, type SignedCheckpoint } from './checkpoint-keeper.ts';
import type { DirectoryLock } from './directory-lock.ts';
import { indexOfEntryId, makeEntryId } from './entry-id.ts';
import { parseEnvelope, readEntry, signEnvelope } from './envelope.ts';
import { GroupCommit } from './group-commit.ts';
import { encodeStatement } from './in-toto.ts';
import { isSameFile, type LogPaths } from './log-directory.ts';
import { leafHash } from './merkle-hash.ts';
import { maxLineBytes } from './read-lines.ts';
import { replaceFile } from './replace-file.ts';
import type { ReplayedLog } from './replay-log.ts';
import { publicJwkOf, type SigningKey } from './signing-key.ts';
import { parseStatement, type ActionStatement } from './statement.ts';
import { AuditTamperedError } from './tampering.ts';

/** An opened log's parts. */
export interface FileAuditLogParts {
  paths: LogPaths;
  origin: string;
  key: SigningKey;
  lock: DirectoryLock;
  /** What the file holds already; the log goes on in it. */
  replayed: ReplayedLog;
  stored: SignedCheckpoint;
  /** For appending. */
  file: AppendFile;
  /** For reading the same file back. */
  reader: FileHandle;
  availability: Availability;
  clock: () => number;
  commitDelayMs: number;
  checkpointIntervalMs: number;
}

/** The {@link AuditLog} over an append-only file. */
export class FileAuditLog implements AuditLog {
  readonly publicJwks: { keys: JsonWebKey[] };
  readonly #parts: FileAuditLogParts;
  readonly #commits: GroupCommit;
  readonly #checkpoints: CheckpointKeeper;
  /** Index and `prev` of the next entry. They run ahead of the tree, which holds durable ones. */
  #nextIndex: number;
  #head: string;
  #closing: Promise<void> | undefined;

  constructor(parts: FileAuditLogParts) {
    this.#parts = parts;
    this.publicJwks = { keys: [publicJwkOf(parts.key.publicKey)] };
    this.#nextIndex = parts.replayed.tree.size;
    this.#head = parts.replayed.head;
    this.#commits = new GroupCommit({
      file: parts.file,
      availability: parts.availability,
      delayMs: parts.commitDelayMs,
    });
    this.#checkpoints = new CheckpointKeeper({
      stored: parts.stored,
      availability: parts.availability,
      sign: () => this.#signCheckpoint(),
      store: (note) => this.#storeCheckpoint(note),
      intervalMs: parts.checkpointIntervalMs,
    });
  }

  get size(): number {
    return this.#parts.replayed.tree.size;
  }

  get available(): boolean {
    return this.#closing === undefined && this.#parts.availability.available;
  }

  checkpoint(): string {
    return this.#checkpoints.newest.note;
  }

  // No await before the line is queued: the order of entries is the order of calls.
  async append(statement: ActionStatement): Promise<LogEntry> {
    const { clock, key, replayed } = this.#parts;
    this.#requireAvailable();
    const entry = {
      ...parseStatement(statement),
      id: makeEntryId(this.#nextIndex),
      index: this.#nextIndex,
      prev: this.#head,
      timestamp: new Date(clock()).toISOString(),
    };
    const line = signEnvelope(encodeStatement(entry), key);
    if (line.length > maxLineBytes) {
      throw new KitError(
        'AUDIT_STATEMENT',
        `An audit entry is at most ${maxLineBytes} bytes long.`,
      );
    }
    const leaf = leafHash(Buffer.from(line, 'latin1'));
    this.#nextIndex += 1;
    this.#head = leaf.toString('hex');
    await this.#commits.add(line, () => {
      replayed.tree.push(leaf);
      replayed.offsets.push((replayed.offsets.at(-1) ?? 0) + line.length + 1);
      this.#checkpoints.schedule();
    });
    return { id: entry.id, index: entry.index, timestamp: entry.timestamp };
  }

  async prove(id: string): Promise<EntryProof | null> {
    if (this.#closing !== undefined) throw closedRefusal();
    const index = indexOfEntryId(id);
    if (index === undefined || index >= this.size) return null;
    const line = await this.#readLine(index);
    if (readEntry(line).id !== id) return null;
    const { note, size } = await this.#checkpoints.covering(index + 1);
    const hashes = this.#parts.replayed.tree.inclusion(index, size);
    return {
      line,
      envelope: parseEnvelope(line),
      index,
      proof: { tree_size: size, hashes: hashes.map((hash) => hash.toString('hex')) },
      checkpoint: note,
    };
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #requireAvailable(): void {
    // While it closes, the log still writes what it took before, but takes nothing more.
    if (this.#closing !== undefined) throw closedRefusal();
    this.#parts.availability.require();
  }

  async #close(): Promise<void> {
    const { availability, file, reader, lock } = this.#parts;
    await this.#commits.drain();
    await this.#checkpoints.close(this.size);
    availability.close();
    try {
      await Promise.all([file.close(), reader.close()]);
    } finally {
      lock.release();
    }
  }

  /** Reads a line back and makes sure that it is the one that was written. */
  async #readLine(index: number): Promise<string> {
    const { replayed, reader, availability } = this.#parts;
    const { offsets, tree } = replayed;
    const start = offsets[index] ?? 0;
    const end = (offsets[index + 1] ?? 0) - 1;
    const line = Buffer.alloc(end - start);
    await reader.read(line, 0, line.length, start);
    if (!leafHash(line).equals(tree.leaf(index))) {
      const text = `entry ${index} was changed in the file under the running log.`;
      availability.fail(new AuditTamperedError('REPLACED', text, { index }));
      availability.require();
    }
    return line.toString();
  }

  #signCheckpoint(): SignedCheckpoint {
    const { origin, key, replayed } = this.#parts;
    const size = replayed.tree.size;
    const root = replayed.tree.root();
    return { size, note: writeCheckpoint({ origin, size, root }, key.privateKey) };
  }

  async #storeCheckpoint(note: string): Promise<void> {
    const { paths, reader } = this.#parts;
    // A removed or replaced file takes writes without an error, and all of them are lost.
    if (!(await isSameFile(paths.log, reader))) {
      throw new AuditTamperedError('REPLACED', 'the log’s file was removed or replaced.');
    }
    await replaceFile(paths.checkpoint, note, 0o600);
  }
}
