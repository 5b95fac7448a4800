import { constants, type PathLike, type Stats } from 'node:fs';
import * as fs from 'node:fs/promises';
import { identityOf } from './open-regular.ts';
import { internals, type Workspace } from './workspace.ts';

/** Calls of the file system that a file is placed with. */
export type PlacingCalls = Pick<typeof fs, 'link' | 'open' | 'rename' | 'unlink'>;

// What link() answers where it cannot link at all: file systems without hard links (FAT, some
// network and container mounts), and Linux's protected_hardlinks for a file of another user.
const cannotLink = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV']);

/**
 * Moves a regular file to a name where nothing is, and never over anything: rename() replaces its
 * target silently, link() does not.
 * @throws NodeJS.ErrnoException `EEXIST` when something is there, also a dangling link.
 */
export async function placeFile(
  workspace: Workspace,
  stats: Stats,
  from: PathLike,
  to: PathLike,
  calls: PlacingCalls = fs,
): Promise<void> {
  const { placing } = workspace[internals];
  const identity = identityOf(stats);
  placing.add(identity);
  try {
    await calls.link(from, to);
    await calls.unlink(from);
  } catch (error) {
    if (!cannotLink.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await placeOverReservation(from, to, calls);
  } finally {
    placing.delete(identity);
  }
}

// An empty file keeps the name free of others until the rename. It can be seen for an instant, and
// stays behind if the server is killed there.
async function placeOverReservation(
  from: PathLike,
  to: PathLike,
  { open, rename, unlink }: PlacingCalls,
): Promise<void> {
  const reserve = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  await (await open(to, reserve, 0o600)).close();
  try {
    await rename(from, to);
  } catch (error) {
    await unlink(to);
    throw error;
  }
}
