import { mkdir } from 'node:fs/promises';
import { RequestError } from '../errors.ts';
import type { ConfinedPath } from './confine-path.ts';
import type { Directory } from './directory.ts';
import { fileFailure } from './file-failure.ts';
import { internals, type Workspace } from './workspace.ts';

/** Runs an operation that changes nothing. */
export function look<T>(workspace: Workspace, operation: () => Promise<T>): Promise<T> {
  return workspace[internals].use(operation);
}

/** Runs an operation that changes something, after those that were given one of its paths before. */
export function change<T>(
  workspace: Workspace,
  paths: readonly ConfinedPath[],
  operation: () => Promise<T>,
): Promise<T> {
  const { use, locks } = workspace[internals];
  return use(() =>
    locks.run(
      paths.map(({ path }) => path),
      operation,
    ),
  );
}

/**
 * Walks to the directory that holds the last name of `path`, runs `action` there, and closes what
 * the walk has opened. With `makeParents`, missing directories on the way are made.
 * @throws RequestError for a path that cannot be walked, and for what `action` fails with.
 */
export async function inParent<T>(
  workspace: Workspace,
  path: ConfinedPath,
  action: (parent: Directory, name: string) => Promise<T>,
  { makeParents = false }: { makeParents?: boolean } = {},
): Promise<T> {
  const name = path.segments.at(-1);
  if (name === undefined) {
    throw new RequestError(
      'invalid_message',
      'The workspace itself cannot be changed. Name a path.',
    );
  }
  const segments = path.segments.slice(0, -1);
  return walk(workspace, segments, path.path, makeParents, (parent) => action(parent, name));
}

/** Walks to the directory that `path` names, and runs `action` there. */
export function inDirectory<T>(
  workspace: Workspace,
  path: ConfinedPath,
  action: (directory: Directory) => Promise<T>,
): Promise<T> {
  return walk(workspace, path.segments, path.path, false, action);
}

async function walk<T>(
  workspace: Workspace,
  segments: readonly string[],
  path: string,
  makeParents: boolean,
  action: (directory: Directory) => Promise<T>,
): Promise<T> {
  const { root } = workspace[internals];
  let current = root;
  try {
    for (const [index, segment] of segments.entries()) {
      const next = await step(workspace, current, segment, makeParents).catch((error) => {
        throw fileFailure(error, segments.slice(0, index + 1).join('/'));
      });
      if (current !== root) await current.close();
      current = next;
    }
    const result = await action(current);
    await current.confirm();
    return result;
  } catch (error) {
    throw fileFailure(error, path);
  } finally {
    if (current !== root) await current.close();
  }
}

async function step(
  workspace: Workspace,
  from: Directory,
  name: string,
  make: boolean,
): Promise<Directory> {
  try {
    return await from.open(name);
  } catch (error) {
    if (!make || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  try {
    await makeDirectory(workspace, from, name);
  } catch (error) {
    // Another request has made it in the same moment.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return from.open(name);
}

/** Makes one directory and gives it to the workspace's owner. */
export async function makeDirectory(
  workspace: Workspace,
  parent: Directory,
  name: string,
): Promise<void> {
  await mkdir(parent.child(name), { mode: 0o755 });
  if (!workspace.owner) return;
  const made = await parent.open(name);
  try {
    // Only what still belongs to this process is given away: the owner may have put a directory of
    // another user in its place meanwhile.
    const { uid } = await made.stat();
    if (uid === process.geteuid?.()) await made.chown(workspace.owner.uid, workspace.owner.gid);
  } finally {
    await made.close();
  }
}
