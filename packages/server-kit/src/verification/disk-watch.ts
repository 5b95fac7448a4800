import { statfs, type FileHandle } from 'node:fs/promises';
import type { Availability } from './availability.ts';
import { isSameFile, type LogPaths } from './log-directory.ts';
import { AuditTamperedError } from './tampering.ts';

/** What {@link DiskWatch} works with. */
export interface DiskWatchOptions {
  paths: LogPaths;
  /** The log's file, as it was opened. */
  reader: FileHandle;
  availability: Availability;
  /** Free space below which the log takes nothing new, bytes; 0 never looks. */
  reserveBytes: number;
  /** Free space for the log, bytes. */
  freeBytes: () => Promise<number>;
}

/** How often the disk is looked at while entries are written, milliseconds. */
export const diskWatchMs = 1_000;

/**
 * Looks at the disk once a second while the log grows: whether its file is still the one that was
 * opened, and whether there is space. While space is short it looks on by itself, so that service
 * resumes as soon as there is some again.
 */
export class DiskWatch {
  readonly #options: DiskWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #look: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: DiskWatchOptions) {
    this.#options = options;
  }

  /** Says that the log has grown; more calls before the next look change nothing. */
  schedule(): void {
    if (this.#isClosed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.look();
    }, diskWatchMs).unref();
  }

  /** Looks at once; never rejects. */
  look(): Promise<void> {
    this.#look ??= this.#lookOnce().finally(() => {
      this.#look = undefined;
    });
    return this.#look;
  }

  /** Ends the watch, and resolves when it reads nothing any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#look;
  }

  async #lookOnce(): Promise<void> {
    const { paths, reader, availability } = this.#options;
    try {
      await requireSameFile(paths.log, reader);
    } catch (error) {
      availability.fail(error);
      return;
    }
    const isShort = await this.#isShort();
    availability.setShortOfSpace(isShort);
    if (isShort) this.schedule();
  }

  async #isShort(): Promise<boolean> {
    const { reserveBytes, freeBytes } = this.#options;
    if (reserveBytes === 0) return false;
    // A file system that does not tell its free space still tells when it is full.
    const free = await freeBytes().catch(() => Number.POSITIVE_INFINITY);
    return free < reserveBytes;
  }
}

/**
 * Makes sure that a path still names the log's file: a removed or replaced one takes writes without
 * an error, and all of them are lost.
 *
 * @throws {AuditTamperedError} `REPLACED`
 */
export async function requireSameFile(path: string, reader: FileHandle): Promise<void> {
  if (await isSameFile(path, reader)) return;
  throw new AuditTamperedError('REPLACED', 'the log’s file was removed or replaced.');
}

/** Free space for ordinary users in the file system of a directory, bytes. */
export async function freeBytesOf(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}
