import type { ConfinedPath } from './confine-path.ts';
import { change, inParent, makeDirectory } from './walk.ts';
import type { Workspace } from './workspace.ts';

/**
 * Makes a directory, and missing ones on the way.
 * @throws RequestError `already_exists` when anything is there, `not_a_directory`,
 *   `path_outside_workspace`.
 */
export function createDirectory(workspace: Workspace, path: ConfinedPath): Promise<void> {
  return change(workspace, [path], () =>
    inParent(workspace, path, (parent, name) => makeDirectory(workspace, parent, name), {
      makeParents: true,
    }),
  );
}
