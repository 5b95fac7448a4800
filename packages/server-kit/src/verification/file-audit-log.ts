import type { JsonWebKey, KeyObject } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { KitError, RequestError } from '../errors.ts';
import type { AppendFile } from './append-file.ts';
import type { AuditLog, ConsistencyProof, EntryProof, LogEntry } from './audit-log.ts';
import { closedRefusal, type Availability } from './availability.ts';
import { writeCheckpoint } from './checkpoint.ts';
import { CheckpointKeeper, type SignedCheckpoint } from './checkpoint-keeper.ts';
import type { DirectoryLock } from './directory-lock.ts';
import { DiskWatch, requireSameFile } from './disk-watch.ts';
import { EntryChain, type MadeEntry } from './entry-chain.ts';
import { indexOfEntryId } from './entry-id.ts';
import { openEnvelope } from './envelope.ts';
import { GroupCommit } from './group-commit.ts';
import { removeOldKeys, settleKeyFile, storeNextKey, type KeyHome } from './key-home.ts';
import { readIfPresent, type LogPaths } from './log-directory.ts';
import { leafHash } from './merkle-hash.ts';
import { replaceFile } from './replace-file.ts';
import type { ReplayedLog } from './replay-log.ts';
import { generateSigningKey, signingKeyOf, type SigningKey } from './signing-key.ts';
import { parseStatement, type ActionStatement } from './statement.ts';
import { AuditTamperedError } from './tampering.ts';

/** An opened log's parts. */
export interface FileAuditLogParts {
  paths: LogPaths;
  origin: string;
  /** The key that signs the next entry. */
  key: SigningKey;
  /** Who keeps the private key. */
  keyHome: KeyHome;
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
  onError: (error: unknown) => void;
  commitDelayMs: number;
  checkpointIntervalMs: number;
  reserveBytes: number;
  freeBytes: () => Promise<number>;
}

/** The {@link AuditLog} over an append-only file. */
export class FileAuditLog implements AuditLog {
  readonly #parts: FileAuditLogParts;
  readonly #chain: EntryChain;
  readonly #commits: GroupCommit;
  readonly #checkpoints: CheckpointKeeper;
  readonly #disk: DiskWatch;
  /** Signs checkpoints: the key in force after the last durable entry. */
  #key: SigningKey;
  /** The change of key that is under way, or the last one. */
  #rotation: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(parts: FileAuditLogParts) {
    const { replayed, availability, key, clock, onError } = parts;
    const { head, timestamp } = replayed;
    this.#parts = parts;
    this.#key = key;
    this.#chain = new EntryChain({
      size: replayed.tree.size,
      head,
      timestamp,
      key,
      clock,
      onError,
    });
    this.#commits = new GroupCommit({
      file: parts.file,
      availability,
      delayMs: parts.commitDelayMs,
    });
    this.#checkpoints = new CheckpointKeeper({
      stored: parts.stored,
      availability,
      sign: () => this.#signCheckpoint(),
      store: (note) => this.#storeCheckpoint(note),
      intervalMs: parts.checkpointIntervalMs,
    });
    this.#disk = new DiskWatch(parts);
  }

  get publicJwks(): { keys: JsonWebKey[] } {
    return this.#parts.replayed.keys.toJwks();
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
    this.#requireOpen();
    const content = parseStatement(statement);
    const { availability } = this.#parts;
    // What has begun is always told to its end, for which the disk keeps a reserve.
    if (content.phase === 'result' && content.intent !== undefined) availability.require();
    else availability.requireSpace();
    const { id, index, timestamp } = await this.#commit(this.#chain.next(content));
    return { id, index, timestamp };
  }

  async prove(id: string): Promise<EntryProof | null> {
    this.#requireOpen();
    const index = indexOfEntryId(id);
    if (index === undefined || index >= this.size) return null;
    const line = await this.#readLine(index);
    const { envelope, entry } = openEnvelope(line);
    if (entry.id !== id) return null;
    const { note, size } = await this.#checkpoints.covering(index + 1);
    const hashes = this.#parts.replayed.tree.inclusion(index, size);
    const proof = { tree_size: size, hashes: inHex(hashes) };
    return { line, envelope, index, proof, checkpoint: note };
  }

  async consistency(oldSize: number): Promise<ConsistencyProof> {
    this.#requireOpen();
    requireProvableSize(oldSize, this.size);
    const { note, size } = await this.#checkpoints.covering(oldSize);
    const hashes = this.#parts.replayed.tree.consistency(oldSize, size);
    return { old_size: oldSize, tree_size: size, hashes: inHex(hashes), checkpoint: note };
  }

  rotateKey(key?: KeyObject): Promise<{ keyId: string }> {
    // One after the other, whatever became of the one before.
    const rotation = this.#rotation.catch(() => undefined).then(() => this.#rotateKey(key));
    this.#rotation = rotation;
    return rotation;
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Finishes what a stop may have interrupted, and looks at the disk for the first time.
   *
   * @param hostKey The host's key, to which the log changes over when it has another.
   * @param previousKey The key that it may have. Left in the configuration for good, it would let
   *   whoever gets hold of it put a log of his own in the place of this one.
   */
  async settle(hostKey: KeyObject | undefined, previousKey: KeyObject | undefined): Promise<void> {
    await this.#disk.look();
    await this.#finishRotation(this.#parts.replayed.keys.current?.first ?? 0);
    if (hostKey && signingKeyOf(hostKey).id !== this.#key.id) {
      await this.rotateKey(hostKey);
    } else if (hostKey && previousKey) {
      const text = 'The audit log has changed its key, so previousKey must be taken away now.';
      queueMicrotask(() => this.#parts.onError(new KitError('AUDIT_PREVIOUS_KEY', text)));
    }
  }

  // While it closes, the log still writes what it took before, but takes nothing more.
  #requireOpen(): void {
    if (this.#closing !== undefined) throw closedRefusal();
  }

  async #commit(made: MadeEntry, onDurable?: () => void): Promise<MadeEntry> {
    const { tree, offsets } = this.#parts.replayed;
    await this.#commits.add(made.bytes, () => {
      tree.push(made.leaf);
      offsets.push((offsets.at(-1) ?? 0) + made.bytes.length);
      onDurable?.();
      this.#checkpoints.schedule();
      this.#disk.schedule();
    });
    return made;
  }

  /**
   * A stop after any step leaves a log that opens: before the entry is durable with the old key,
   * which is still in its place; from then on with the new one, which opening puts there. The new
   * key signs a checkpoint before the old one is gone, so that somebody who holds neither cannot
   * pass off a history of their own as what came before the change.
   */
  async #rotateKey(key: KeyObject | undefined): Promise<{ keyId: string }> {
    const { paths, keyHome, availability, replayed, onError } = this.#parts;
    if (key === undefined && keyHome === 'host') {
      throw new KitError('AUDIT_KEY', 'The host keeps the audit key, so it must give the new one.');
    }
    const next = key === undefined ? generateSigningKey() : signingKeyOf(key);
    if (replayed.keys.has(next.id)) {
      throw new KitError('AUDIT_KEY', 'The new audit key has been the log’s before.');
    }
    this.#requireOpen();
    availability.require();
    if (keyHome === 'directory') await storeNextKey(paths, next, this.#key.id);
    this.#requireOpen();
    availability.require();
    const made = this.#chain.changeKey(next);
    await this.#commit(made, () => {
      const line = made.bytes.toString('latin1', 0, made.bytes.length - 1);
      replayed.keys.change(next.publicKey, { index: made.index, line });
      this.#key = next;
    });
    await this.#finishRotation(made.index + 1).catch((cause: unknown) => {
      availability.require();
      const text =
        'The audit key has changed, but its file or the JWKS could not be brought up to date. The next change of key or opening does so.';
      queueMicrotask(() => onError(new KitError('AUDIT_KEY', text, { cause })));
    });
    return { keyId: next.id };
  }

  /** @param first First entry that the new key signs. */
  async #finishRotation(first: number): Promise<void> {
    const { paths, keyHome } = this.#parts;
    await this.#checkpoints.covering(first);
    if (keyHome === 'directory') await settleKeyFile(paths, this.#key.id);
    else if (first > 0) await removeOldKeys(paths, this.#key.id);
    const jwks = `${JSON.stringify(this.publicJwks, null, 2)}\n`;
    if ((await readIfPresent(paths.jwks)) !== jwks) await replaceFile(paths.jwks, jwks, 0o600);
  }

  async #close(): Promise<void> {
    const { availability, file, reader, lock } = this.#parts;
    await this.#rotation.catch(() => undefined);
    await this.#commits.drain();
    await this.#checkpoints.close(this.size);
    await this.#disk.close();
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
    const { origin, replayed } = this.#parts;
    const size = replayed.tree.size;
    const root = replayed.tree.root();
    return { size, note: writeCheckpoint({ origin, size, root }, this.#key.privateKey) };
  }

  async #storeCheckpoint(note: string): Promise<void> {
    const { paths, reader } = this.#parts;
    await requireSameFile(paths.log, reader);
    await replaceFile(paths.checkpoint, note, 0o600);
  }
}

function inHex(hashes: readonly Buffer[]): string[] {
  return hashes.map((hash) => hash.toString('hex'));
}

function requireProvableSize(oldSize: number, size: number): void {
  if (Number.isSafeInteger(oldSize) && oldSize >= 1 && oldSize <= size) return;
  throw new RequestError('invalid_message', 'The audit log has no checkpoint of that size.', {
    details: { size },
  });
}
