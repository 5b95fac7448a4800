import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { KitError } from '../errors.ts';

/** A held lock. */
export interface DirectoryLock {
  /** Gives the lock up; a second call does nothing. */
  release(): void;
}

/**
 * Makes this process the only one that writes in a directory. The lock itself is SQLite's, because
 * Node has no call for file locks: the kernel drops it when the process dies, however it dies, and
 * a process id that is used again, as 1 in every container, cannot be taken for the holder. The
 * holder's id stands in `lock.pid`, for people only.
 *
 * POSIX drops a process's locks on a file as soon as that process closes any descriptor of it, so
 * nothing else in the process may open `lock`.
 * @see https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
 *
 * @throws {KitError} `AUDIT_LOCKED` when a process, also this one, holds it already.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const pidFile = join(directory, 'lock.pid');
  const database = new DatabaseSync(join(directory, 'lock'));
  try {
    // Nothing is ever written, so no journal appears beside the empty file.
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    if (!isBusy(cause)) throw cause;
    const holder = await readFile(pidFile, 'utf8').catch(() => 'unknown');
    throw new KitError(
      'AUDIT_LOCKED',
      `The audit log in ${directory} is in use by process ${holder.trim()}. Give each process its own directory.`,
      { cause },
    );
  }
  try {
    await writeFile(pidFile, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    database.close();
    throw error;
  }
  let isHeld = true;
  return {
    release() {
      if (isHeld) database.close();
      isHeld = false;
    },
  };
}

// @see https://www.sqlite.org/rescode.html#busy
const sqliteBusy = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;
}
