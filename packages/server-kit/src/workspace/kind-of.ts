import { lstat } from 'node:fs/promises';
import { RequestError } from '../errors.ts';
import type { ConfinedPath } from './confine-path.ts';
import { linkRefusal } from './file-failure.ts';
import { inParent, look } from './walk.ts';
import type { Workspace } from './workspace.ts';

/**
 * Tells what a path names; null where nothing is, also where a directory on the way is missing.
 * @throws RequestError `path_outside_workspace` for a link, `not_a_file` for a pipe, socket or
 *   device, `not_a_directory` when a file stands in the way.
 */
export async function kindOf(
  workspace: Workspace,
  path: ConfinedPath,
): Promise<'file' | 'directory' | null> {
  if (path.segments.length === 0) return 'directory';
  try {
    const stats = await look(workspace, () =>
      inParent(workspace, path, (parent, name) => lstat(parent.child(name))),
    );
    if (stats.isFile()) return 'file';
    if (stats.isDirectory()) return 'directory';
    if (stats.isSymbolicLink()) throw linkRefusal(path.path);
    throw new RequestError('not_a_file', `${path.path} is not a regular file.`);
  } catch (error) {
    if (error instanceof RequestError && error.code === 'not_found') return null;
    throw error;
  }
}
