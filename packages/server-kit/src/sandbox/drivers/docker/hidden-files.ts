import { readFile } from 'node:fs/promises';
import { deletedBytes } from '../../deleted-files.ts';
import type { Container } from './container.ts';
import type { StartedExec } from './exec.ts';

/**
 * Space on the disk of files that a program has deleted and still holds open. What an exec has
 * started is no descendant of the container's first process, and what it has left behind is.
 * @param device only files on this one count.
 * @returns bytes; 0 where the daemon does not share this machine's processes.
 */
export async function hiddenBytes(
  container: Container,
  exec: StartedExec,
  device: number,
): Promise<number> {
  if (process.platform !== 'linux') return 0;
  try {
    const pids = await Promise.all([container.hostPid(), exec.hostPid()]);
    const sizes = await Promise.all(
      pids.map(async (pid) =>
        (await belongsTo(pid, container.id)) ? deletedBytes(pid, device) : 0,
      ),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  } catch {
    // The container has ended, and with it what was hidden.
    return 0;
  }
}

/** In a virtual machine the daemon's process ids mean other processes than here. */
async function belongsTo(pid: number, containerId: string): Promise<boolean> {
  if (!(pid > 0)) return false;
  return (await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '')).includes(containerId);
}
