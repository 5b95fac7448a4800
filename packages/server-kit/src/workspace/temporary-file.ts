import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import type { Directory } from './directory.ts';

const prefix = '.ide-assistant-';
const suffix = '.tmp';

/** Whether a name is one of {@link temporaryName}; such entries are not listed. */
export function isTemporaryName(name: string): boolean {
  return name.startsWith(prefix) && name.endsWith(suffix);
}

/** A name that nobody can guess, so nobody can put something there beforehand. */
export function temporaryName(): string {
  return `${prefix}${randomBytes(12).toString('hex')}${suffix}`;
}

/**
 * Makes an empty file in `directory`, hands it to `action`, and removes its name afterwards unless
 * `action` has moved it. The handle is closed when `action` has not done so.
 */
export async function withTemporaryFile<T>(
  directory: Directory,
  action: (handle: FileHandle, name: string) => Promise<{ moved: boolean; result: T }>,
): Promise<T> {
  const name = temporaryName();
  const flags =
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
  const handle = await open(directory.child(name), flags, 0o600);
  let moved = false;
  try {
    const outcome = await action(handle, name);
    moved = outcome.moved;
    return outcome.result;
  } finally {
    await handle.close();
    if (!moved) await unlink(directory.child(name)).catch(ignoreMissing);
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
