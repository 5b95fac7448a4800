import { constants, fstatSync, type Stats } from 'node:fs';
import { lstat, open, unlink, type FileHandle } from 'node:fs/promises';
import { RequestError } from '../errors.ts';
import type { Directory } from './directory.ts';
import { isTemporaryName } from './temporary-file.ts';
import { internals, type Workspace } from './workspace.ts';

// Without O_NONBLOCK the open of a pipe waits for its other end, and with it a request for ever.
// Windows knows none of these flags.
const readFlags =
  constants.O_RDONLY |
  (constants.O_NOFOLLOW ?? 0) |
  (constants.O_NONBLOCK ?? 0) |
  (constants.O_NOCTTY ?? 0);

/** A file that was found fit to be read; the caller closes the handle. */
export interface OpenFile {
  readonly handle: FileHandle;
  readonly stats: Stats;
}

/**
 * Opens a regular file for reading and refuses everything else: links, pipes, devices, sockets,
 * and files with a second name, which may lie where another session writes.
 * @throws RequestError `not_a_file` or `path_outside_workspace`; other errors as they come.
 */
export async function openRegular(
  workspace: Workspace,
  parent: Directory,
  name: string,
  path: string,
): Promise<OpenFile> {
  const handle = await open(parent.child(name), readFlags);
  try {
    const stats = fstatSync(handle.fd);
    if (!stats.isFile()) throw new RequestError('not_a_file', `${path} is not a regular file.`);
    if (stats.nlink > 1 && !(await isOurs(workspace, parent, handle, stats))) {
      throw new RequestError(
        'path_outside_workspace',
        `${path} is a hard link: another name leads to the same file. Copy it to a file of its own.`,
      );
    }
    return { handle, stats };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Identifies a file whatever its name. */
export function identityOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

// A file of ours has two names for an instant while it is put in place. When the mark is already
// gone, so is the second name, and the count tells. A server that was killed in that instant leaves
// the temporary name behind.
async function isOurs(
  workspace: Workspace,
  parent: Directory,
  handle: FileHandle,
  stats: Stats,
): Promise<boolean> {
  if (stats.nlink === 2 && workspace[internals].placing.has(identityOf(stats))) return true;
  if (fstatSync(handle.fd).nlink <= 1) return true;
  await removeLeftover(parent, stats);
  return fstatSync(handle.fd).nlink <= 1;
}

async function removeLeftover(parent: Directory, stats: Stats): Promise<void> {
  for await (const { name } of parent.entries()) {
    if (!isTemporaryName(name.toString())) continue;
    try {
      if (identityOf(await lstat(parent.child(name))) !== identityOf(stats)) continue;
      await unlink(parent.child(name));
      return;
    } catch (error) {
      // The temporary file of a request that has just ended, or another reader was faster.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
