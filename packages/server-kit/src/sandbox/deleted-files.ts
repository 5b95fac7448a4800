import { readdir, stat } from 'node:fs/promises';
import { descendants } from './memory-watchdog.ts';

/**
 * Space on the disk of files that were deleted and that processes still hold open: no directory
 * shows it, and it is free again only when the last of them is closed.
 * @param rootPid the process whose descendants are looked at.
 * @param device only files on this one count.
 * @returns bytes.
 */
export async function deletedBytes(rootPid: number, device: number): Promise<number> {
  const sizes = new Map<number, number>();
  for (const pid of descendants(rootPid)) {
    const directory = `/proc/${pid}/fd`;
    for (const name of await readdir(directory).catch(() => [])) {
      // A process may end, and a descriptor be closed, at any time.
      const found = await stat(`${directory}/${name}`).catch(() => null);
      if (found === null || found.nlink > 0 || found.dev !== device || !found.isFile()) continue;
      sizes.set(found.ino, found.blocks * 512);
    }
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}
