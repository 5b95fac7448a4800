import type { Stats } from 'node:fs';
import { lstat, rename, unlink } from 'node:fs/promises';
import { RequestError } from '../errors.ts';
import type { ConfinedPath } from './confine-path.ts';
import type { Directory } from './directory.ts';
import { linkRefusal } from './file-failure.ts';
import { identityOf, openRegular } from './open-regular.ts';
import { placeFile } from './place-file.ts';
import { change, inParent } from './walk.ts';
import type { Workspace } from './workspace.ts';

/**
 * Moves a file or directory to a path where nothing is yet. The directory that `to` lies in must
 * be there. Nothing is ever overwritten.
 * @throws RequestError `not_found`, `already_exists`, `not_a_file` for a pipe, socket or device,
 *   `path_outside_workspace` for a link, `invalid_message` for a directory moved into itself.
 */
export async function renamePath(
  workspace: Workspace,
  from: ConfinedPath,
  to: ConfinedPath,
): Promise<void> {
  if (from.segments.length < to.segments.length && isPrefix(from.segments, to.segments)) {
    throw new RequestError('invalid_message', `${from.path} cannot be moved into itself.`);
  }
  await change(workspace, [from, to], () =>
    inParent(workspace, from, (source, oldName) =>
      inParent(workspace, to, async (target, newName) => {
        const found = await lstat(source.child(oldName)).catch((error) => {
          if (error.code !== 'ENOENT') throw error;
          throw new RequestError('not_found', `${from.path} does not exist.`, { cause: error });
        });
        const there = await lstat(target.child(newName)).catch(nullWhenMissing);
        const move: Move = { workspace, from, to, source, oldName, target, newName };
        if (found.isFile()) await moveFile(move, found, there);
        else if (found.isDirectory()) await moveDirectory(move, there);
        else if (found.isSymbolicLink()) throw linkRefusal(from.path);
        else throw new RequestError('not_a_file', `${from.path} is not a regular file.`);
      }),
    ),
  );
}

interface Move {
  workspace: Workspace;
  from: ConfinedPath;
  to: ConfinedPath;
  source: Directory;
  oldName: string;
  target: Directory;
  newName: string;
}

async function moveFile(move: Move, found: Stats, there: Stats | null): Promise<void> {
  const { workspace, from, to, source, oldName, target, newName } = move;
  if (there && from.path !== to.path && identityOf(there) === identityOf(found)) {
    // A server that was killed between the two steps of placing has left both names to one file.
    await unlink(source.child(oldName));
    return;
  }
  if (there) throw exists(to);
  const { handle, stats } = await openRegular(workspace, source, oldName, from.path);
  try {
    await placeFile(workspace, stats, source.child(oldName), target.child(newName));
  } finally {
    await handle.close();
  }
}

async function moveDirectory(move: Move, there: Stats | null): Promise<void> {
  const { to, source, oldName, target, newName } = move;
  if (there) throw exists(to);
  try {
    // If something appears at the target just now, rename() refuses it, unless it is an empty
    // directory, with which nothing is lost.
    await rename(source.child(oldName), target.child(newName));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ENOTEMPTY' || code === 'ENOTDIR' ? exists(to, error) : error;
  }
}

function exists(path: ConfinedPath, cause?: unknown): RequestError {
  return new RequestError('already_exists', `${path.path} exists already.`, { cause });
}

function nullWhenMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

function isPrefix(start: readonly string[], whole: readonly string[]): boolean {
  return start.every((segment, index) => segment === whole[index]);
}
