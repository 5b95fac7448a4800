import type { KeyObject } from 'node:crypto';
import { open } from 'node:fs/promises';
import { KitError } from '../errors.ts';
import { openAppendFile, type AppendFile } from './append-file.ts';
import type { AuditLog } from './audit-log.ts';
import { Availability } from './availability.ts';
import { checkLog } from './check-log.ts';
import { parseCheckpoint, requireOrigin, writeCheckpoint } from './checkpoint.ts';
import { lockDirectory, type DirectoryLock } from './directory-lock.ts';
import { freeBytesOf } from './disk-watch.ts';
import { FileAuditLog } from './file-audit-log.ts';
import { holdKeys, type HeldKeys } from './key-home.ts';
import {
  logPathsIn,
  makeFile,
  makePrivateDirectory,
  readIfPresent,
  sizeIfPresent,
  type LogPaths,
} from './log-directory.ts';
import { emptyRoot } from './merkle-hash.ts';
import { replaceFile } from './replace-file.ts';
import { generateSigningKey, writeKeyFile, type SigningKey } from './signing-key.ts';
import type { RecordedStatement } from './in-toto.ts';
import { AuditTamperedError } from './tampering.ts';
import { cutTornTail } from './torn-tail.ts';

/** Options of {@link openAuditLog}. */
export interface AuditLogOptions {
  /** Where the log lives; made with mode 0700. It belongs to the log alone. */
  directory: string;
  /**
   * Name of the log in its checkpoints, one word without spaces or `+`. One deployment's instances
   * each have their own.
   * @default 'ide-assistant/local'
   */
  origin?: string;
  /** Present time, milliseconds since 1970. @default Date.now */
  clock?: () => number;
  /**
   * Ed25519 private key, when the host keeps it. It must be the log's present one, or the next one
   * with the present as `previousKey`. @default the directory's `key.pem`, made when the log is begun
   */
  key?: KeyObject;
  /**
   * The key before `key`: a log that it signs changes over to `key` at opening. It must be taken away
   * after that; `onError` is told `AUDIT_PREVIOUS_KEY` as long as it is not.
   */
  previousKey?: KeyObject;
  /**
   * Told of what no caller is waiting for: why the log became unavailable, an unfinished entry that
   * was cut off at opening, a clock that is behind the log, a disk short of space.
   * @default a process warning
   */
  onError?: (error: unknown) => void;
  /**
   * How long a group of entries is held open for more before it is written, milliseconds. `0` is
   * one turn of the event loop; entries that arrive during a write wait for the next in any case.
   * @default 0
   */
  commitDelayMs?: number;
  /** Shortest time between two checkpoints that nobody asked for, milliseconds. @default 1_000 */
  checkpointIntervalMs?: number;
  /**
   * Free space on the log's disk below which nothing new is taken, bytes. Results of what has begun
   * still are: the reserve is for them. `0` turns it off. @default 67_108_864 (64 MiB)
   */
  reserveBytes?: number;
  /** Tells the free space for the log, bytes. @default that of the directory's file system */
  freeBytes?: () => Promise<number>;
  /** Opens the file that entries are appended to. @default a file on disk */
  openFile?: (path: string) => Promise<AppendFile>;
}

/**
 * Opens the audit log in a directory, or begins one. The file is read and checked as a whole; an
 * unfinished last entry is moved aside, and every intent without a result gets a result with the
 * outcome `unknown`, so that the trail is complete after a crash.
 *
 * @throws {KitError} `AUDIT_TAMPERED` (an {@link AuditTamperedError}) when the log is not what was
 * signed, `AUDIT_LOCKED` when another process has it open, `AUDIT_KEY` when a key is no Ed25519 key
 * or not that of the log, `AUDIT_ORIGIN`, and `AUDIT_OPEN` for an error of the file system.
 * @example
 * await using log = await openAuditLog({ directory: '/var/lib/ide/audit' });
 * const { id } = await log.append(statement);
 * const proof = await log.prove(id);
 */
export async function openAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  const { directory, origin = 'ide-assistant/local' } = options;
  requireOrigin(origin);
  let lock: DirectoryLock | undefined;
  try {
    await makePrivateDirectory(directory);
    lock = await lockDirectory(directory);
    const { log, openIntents } = await openLocked({ ...options, origin }, lock);
    try {
      await log.settle(options.key, options.previousKey);
      await closeIntents(log, openIntents);
    } catch (error) {
      await log.close();
      throw error;
    }
    return log;
  } catch (cause) {
    lock?.release();
    if (cause instanceof KitError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KitError('AUDIT_OPEN', `The audit log in ${directory} cannot be opened: ${reason}`, {
      cause,
    });
  }
}

async function openLocked(
  options: AuditLogOptions & { origin: string },
  lock: DirectoryLock,
): Promise<{ log: FileAuditLog; openIntents: RecordedStatement[] }> {
  const { directory, origin, clock = Date.now, onError = warn } = options;
  const { commitDelayMs = 0, checkpointIntervalMs = 1_000, openFile = openAppendFile } = options;
  const { reserveBytes = 67_108_864, freeBytes = () => freeBytesOf(directory) } = options;
  const paths = logPathsIn(directory);
  const { held, note } = await loadOrBegin(paths, options);
  // A log of which nothing is covered may lack its file; the first append makes it.
  await makeFile(paths.log);
  const reader = await open(paths.log, 'r');
  let file: AppendFile | undefined;
  try {
    const { checkpoint, replayed, key } = await checkLog({ reader, paths, note, origin, held });
    const torn = await cutTornTail(paths.log, replayed.offsets.at(-1) ?? 0, clock());
    if (torn !== undefined) onError(torn);
    file = await openFile(paths.log);
    // What a process left that was killed in the middle of a write may be only in the page cache. A
    // checkpoint that reached the disk before it would make a log of it that lacks entries after a
    // power loss.
    if (replayed.tree.size > checkpoint.size) await file.sync();
    const log = new FileAuditLog({
      paths,
      origin,
      key,
      keyHome: held.keyHome,
      lock,
      replayed,
      stored: { note, size: checkpoint.size },
      file,
      reader,
      availability: new Availability(onError),
      clock,
      onError,
      commitDelayMs,
      checkpointIntervalMs,
      reserveBytes,
      freeBytes,
    });
    return { log, openIntents: replayed.openIntents };
  } catch (error) {
    await Promise.all([reader.close(), file?.close()]);
    throw error;
  }
}

/** Finds keys and checkpoint of the log, or makes them for a new one. */
async function loadOrBegin(
  paths: LogPaths,
  options: AuditLogOptions & { origin: string },
): Promise<{ held: HeldKeys; note: string }> {
  const held = await holdKeys(paths, options);
  const note = await readIfPresent(paths.checkpoint);
  if (held.key !== undefined && note !== undefined) return { held, note };
  const isBegun = (await sizeIfPresent(paths.log)) > 0;
  if (held.key === undefined) {
    // The key file is written last, so without it the log may be new, but must be empty.
    if (isBegun || (note !== undefined && parseCheckpoint(note).size > 0)) {
      throw new AuditTamperedError(
        'KEY',
        `the log is not empty, but its key ${paths.key} is gone.`,
      );
    }
    return begin(paths, options.origin, { ...held, key: generateSigningKey() });
  }
  if (isBegun || held.keyHome === 'directory') {
    throw new AuditTamperedError('CHECKPOINT', `the checkpoint ${paths.checkpoint} is gone.`);
  }
  return begin(paths, options.origin, { ...held, key: held.key });
}

async function begin(
  paths: LogPaths,
  origin: string,
  held: HeldKeys & { key: SigningKey },
): Promise<{ held: HeldKeys; note: string }> {
  const note = writeCheckpoint({ origin, size: 0, root: emptyRoot() }, held.key.privateKey);
  await makeFile(paths.log);
  await replaceFile(paths.checkpoint, note, 0o600);
  if (held.keyHome === 'directory') await writeKeyFile(paths.key, held.key);
  return { held, note };
}

/** Records that nobody knows how these actions ended. */
async function closeIntents(log: AuditLog, intents: readonly RecordedStatement[]): Promise<void> {
  const results = intents.map(({ actor, action, subject, inputHash, id }) =>
    log.append({
      actor,
      action,
      subject,
      inputHash,
      phase: 'result',
      intent: id,
      outcome: 'unknown',
    }),
  );
  await Promise.all(results);
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
