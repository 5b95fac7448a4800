import { unlink } from 'node:fs/promises';
import { RequestError } from '../errors.ts';
import type { ConfinedPath } from './confine-path.ts';
import { fingerprint } from './fingerprint.ts';
import { change, inParent } from './walk.ts';
import type { Workspace } from './workspace.ts';

/**
 * Deletes a regular file and tells the hash of what it held; null for a file over 64 MiB.
 * @throws RequestError `not_found`, `not_a_file`, `path_outside_workspace` for a link.
 */
export function removeFile(
  workspace: Workspace,
  path: ConfinedPath,
): Promise<{ hash: string | null }> {
  return change(workspace, [path], () =>
    inParent(workspace, path, async (parent, name) => {
      const found = await fingerprint(workspace, parent, name, path.path);
      if (found === null) throw new RequestError('not_found', `${path.path} does not exist.`);
      // unlink() removes the name itself, so a link that was put here meanwhile loses only itself.
      await unlink(parent.child(name));
      return { hash: found.hash };
    }),
  );
}
