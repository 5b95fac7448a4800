import { rename, rmdir, unlink } from 'node:fs/promises';
import type { RequestError } from '../errors.ts';
import type { ConfinedPath } from './confine-path.ts';
import type { Directory } from './directory.ts';
import { unavailable } from './file-failure.ts';
import { inBatches } from './in-batches.ts';
import { temporaryName } from './temporary-file.ts';
import { change, inParent } from './walk.ts';
import type { Workspace } from './workspace.ts';

/** How many levels are held open at once; what lies deeper is first moved up. */
const maxOpenLevels = 32;

/** How many entries of a directory are read before they are removed. */
const entriesPerRead = 1024;

/** Where a removal gives up: more entries than this only come from a program that goes on filling. */
const maxEntries = 10_000_000;

/**
 * Deletes a directory; with `recursive` also all that is in it, however deep, never following a
 * link. `removed` counts every entry that is gone, the directory itself included.
 * @throws RequestError `not_found`, `not_a_directory`, `path_outside_workspace` for a link,
 *   `conflict` for one that is not empty without `recursive`, `unavailable` when it is filled
 *   faster than it is emptied.
 */
export function removeDirectory(
  workspace: Workspace,
  path: ConfinedPath,
  { recursive }: { recursive: boolean },
): Promise<{ removed: number }> {
  return change(workspace, [path], () =>
    inParent(workspace, path, async (parent, name) => {
      const top = await parent.open(name);
      const removal: Removal = { top, path: path.path, removed: 0, moved: 0 };
      try {
        if (recursive) await empty(removal, top, 1);
      } finally {
        await top.close();
      }
      await rmdir(parent.child(name)).catch((error: NodeJS.ErrnoException) => {
        throw recursive && error.code === 'ENOTEMPTY' ? inUse(path.path, error) : error;
      });
      return { removed: removal.removed + 1 };
    }),
  );
}

interface Removal {
  readonly top: Directory;
  readonly path: string;
  removed: number;
  moved: number;
}

// Going back up by '..' could lead out of the workspace when the directory has been moved
// meanwhile, and holding every level open runs out of descriptors. So what lies too deep is moved
// to the top, where the loop over the top meets it again.
async function empty(removal: Removal, directory: Directory, level: number): Promise<void> {
  for (;;) {
    const { files, directories } = await readSome(directory);
    const found = files.length + directories.length;
    if (found === 0) return;
    const before = removal.removed + removal.moved;

    await inBatches(files, 16, async (name) => {
      if (await removeName(removal, directory, name)) return;
      directories.push(name);
    });
    for (const name of directories) {
      if (level < maxOpenLevels) await removeBranch(removal, directory, name, level);
      else await moveToTop(removal, directory, name);
    }

    const after = removal.removed + removal.moved;
    if (after === before || after > maxEntries) {
      throw inUse(removal.path);
    }
    // All was read, so the caller may try whether it is empty now. The top also gets what moves up.
    if (found < entriesPerRead && directory !== removal.top) return;
  }
}

async function readSome(directory: Directory): Promise<{ files: Buffer[]; directories: Buffer[] }> {
  const files: Buffer[] = [];
  const directories: Buffer[] = [];
  for await (const entry of directory.entries()) {
    (entry.isDirectory() ? directories : files).push(entry.name);
    if (files.length + directories.length >= entriesPerRead) break;
  }
  return { files, directories };
}

/** Removes a name that is not a directory; false when it has become one. */
async function removeName(removal: Removal, from: Directory, name: Buffer): Promise<boolean> {
  try {
    await unlink(from.child(name));
    removal.removed += 1;
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return true;
    // Linux answers EISDIR, other systems EPERM.
    if (code === 'EISDIR' || (code === 'EPERM' && process.platform !== 'linux')) return false;
    throw error;
  }
}

async function removeBranch(
  removal: Removal,
  from: Directory,
  name: Buffer,
  level: number,
): Promise<void> {
  let branch: Directory;
  try {
    branch = await from.open(name);
  } catch (error) {
    // A directory a moment ago and a link or a file now: the name goes, and nothing behind it.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ELOOP' || code === 'ENOTDIR') await removeName(removal, from, name);
    else if (code !== 'ENOENT' && code !== 'ESTALE') throw error;
    return;
  }
  try {
    await empty(removal, branch, level + 1);
  } finally {
    await branch.close();
  }
  try {
    await rmdir(from.child(name));
    removal.removed += 1;
  } catch (error) {
    // Filled or replaced in the meantime; the loop over `from` meets it once more.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
  }
}

async function moveToTop(removal: Removal, from: Directory, name: Buffer): Promise<void> {
  try {
    await rename(from.child(name), removal.top.child(temporaryName()));
    removal.moved += 1;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function inUse(path: string, cause?: unknown): RequestError {
  return unavailable(`${path} is in use while it is deleted. Stop what writes there.`, cause);
}
