import { RequestError } from '../errors.ts';
import { currentHash } from '../operations/current-hash.ts';
import type { OperationSession } from '../operations/handler.ts';
import { kindOf } from '../workspace/index.ts';
import type { ConfinedTarget } from './confine-path.ts';

/**
 * Hash of the file that a request is about, as it is now; `directory` for one, null for nothing.
 *
 * @throws RequestError when the path leads through a link, or elsewhere than into the workspace.
 */
export async function baseHash(
  session: OperationSession,
  { main }: ConfinedTarget,
): Promise<string | null> {
  if (!main) return null;
  const workspace = await session.workspace();
  return (await currentHash(workspace, main)) ?? kindOf(workspace, main);
}

/** Confined paths by the field that names them, as an approval keeps them. */
export function pathsOf({ paths }: ConfinedTarget): Record<string, string> {
  return Object.fromEntries(Object.entries(paths).map(([field, { path }]) => [field, path]));
}

/** What an approver is told that a request is about: its path, or the session as a whole. */
export function resourceOf({ id }: OperationSession, { main }: ConfinedTarget): string {
  return main?.path || id;
}

/** Whether an error says that the place of a request is not what it was taken for. */
export function isAboutPath(error: unknown): error is RequestError {
  return error instanceof RequestError && aboutPath.has(error.code);
}

const aboutPath: ReadonlySet<string> = new Set([
  'path_outside_workspace',
  'not_found',
  'not_a_file',
  'not_a_directory',
]);
