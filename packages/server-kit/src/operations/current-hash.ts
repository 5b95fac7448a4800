import { kindOf, readFile, type ConfinedPath, type Workspace } from '../workspace/index.ts';

/** Hash of a file as it is now; null where there is no file. */
export async function currentHash(
  workspace: Workspace,
  path: ConfinedPath,
): Promise<string | null> {
  if ((await kindOf(workspace, path)) !== 'file') return null;
  const { hash } = await readFile(workspace, path, { maxBytes: Infinity });
  return hash;
}
