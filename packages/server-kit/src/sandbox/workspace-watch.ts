import type { Dirent } from 'node:fs';
import { lstat, opendir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SandboxLimits } from './limits.ts';

/** How often the file system is asked, milliseconds. */
const periodMs = 100;

/**
 * The workspace is counted this often at least, milliseconds: what others delete meanwhile hides
 * from the figures of the file system what this one writes.
 */
const countMs = 2_000;

/** What is counted. */
export interface DiskUse {
  bytes: number;
  files: number;
}

/** What {@link watchWorkspace} needs. */
export interface WorkspaceWatchOptions extends Pick<SandboxLimits, 'diskBytes' | 'diskFiles'> {
  /** Host path of the workspace. */
  root: string;
  /**
   * Space that the workspace's file system holds for the program beside its files, bytes; given
   * the number of its device. @default nothing
   */
  hiddenBytes?: (device: number) => Promise<number>;
  /** Called once, when there is more, and more than there was at the beginning. */
  onExceeded: () => void;
}

/**
 * Holds a workspace to a size while a program runs in it. The file system as a whole tells at
 * once, and for next to nothing, whether anything can have grown by enough to matter; only then
 * is the workspace counted. Between two looks a program may write more than its share.
 *
 * A workspace that was too large before may be used as long as it does not grow, since otherwise
 * no program could clear it.
 * @returns stops the watch.
 */
export function watchWorkspace(options: WorkspaceWatchOptions): () => void {
  const { root, diskBytes, diskFiles, hiddenBytes, onExceeded } = options;
  const stop = new AbortController();
  watch().catch((error: unknown) => {
    // With a workspace that was removed goes what there was to watch; what cannot be watched for
    // any other reason must not be written to unseen.
    if (!isGone(error) && !stop.signal.aborted) onExceeded();
  });
  return () => stop.abort();

  async function watch(): Promise<void> {
    const { dev } = await lstat(root);
    let figures = await statfs(root);
    const first = await countFiles(root, { ...endless, signal: stop.signal });
    const limit =
      first.files === Infinity
        ? { bytes: diskBytes, files: diskFiles }
        : { bytes: Math.max(diskBytes, first.bytes), files: Math.max(diskFiles, first.files) };
    let last = first;
    let countedAt = performance.now();
    while (await pause(periodMs, stop.signal)) {
      const now = await statfs(root);
      const grown = {
        bytes: (figures.bavail - now.bavail) * now.bsize,
        files: figures.ffree - now.ffree,
      };
      const due = performance.now() - countedAt > countMs;
      const near = last.bytes + grown.bytes > limit.bytes || last.files + grown.files > limit.files;
      // Some file systems make inodes as they are needed and have no figure for those left.
      if (!due && !near && now.files > 0) continue;
      figures = now;
      last = await countFiles(root, { ...limit, signal: stop.signal });
      last.bytes += (await hiddenBytes?.(dev)) ?? 0;
      countedAt = performance.now();
      if (stop.signal.aborted) return;
      if (last.bytes > limit.bytes || last.files > limit.files) {
        onExceeded();
        return;
      }
    }
  }
}

const endless: DiskUse = { bytes: Infinity, files: Infinity };

/**
 * Counts the files and directories below a directory and the space that they take on the disk. It
 * follows no link, gives up when there is more than asked for, and takes what vanishes meanwhile
 * for gone. What cannot be counted, as directories nested beyond what a path can name, is taken
 * for endless, or else it would be the place to hide things.
 */
export async function countFiles(
  root: string,
  { bytes: mostBytes, files: mostFiles, signal }: DiskUse & { signal?: AbortSignal },
): Promise<DiskUse> {
  const use: DiskUse = { bytes: 0, files: 0 };
  const pending = [root];
  try {
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      for await (const entry of await entriesOf(path)) {
        if (signal?.aborted) return use;
        const child = join(path, entry.name);
        use.files += 1;
        if (entry.isDirectory()) pending.push(child);
        use.bytes += await diskBytesOf(child);
        if (use.bytes > mostBytes || use.files > mostFiles) return use;
      }
    }
  } catch {
    return { ...endless };
  }
  return use;
}

async function entriesOf(path: string): Promise<AsyncIterable<Dirent> | Iterable<Dirent>> {
  try {
    return await opendir(path, { bufferSize: 256 });
  } catch (error) {
    if (!isGone(error)) throw error;
    return [];
  }
}

async function diskBytesOf(path: string): Promise<number> {
  try {
    return (await lstat(path)).blocks * 512;
  } catch (error) {
    if (!isGone(error)) throw error;
    return 0;
  }
}

function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Resolves to false when the signal came first. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(ms, undefined, { signal, ref: false });
    return true;
  } catch {
    return false;
  }
}
