import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  open as openCallback,
  type Dirent,
} from 'node:fs';
import { lstat, opendir, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { errnoError, type Directory } from './directory.ts';

const open = promisify(openCallback);
const openFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Opens the root of a workspace as a descriptor. Entries below it are reached as
 * `/proc/self/fd/<descriptor>/<name>`, which the kernel resolves from the open directory itself:
 * the reach of `openat`, which Node does not offer. Linux with /proc only.
 */
export async function holdDirectory(hostPath: string): Promise<Directory> {
  return heldDirectory(await open(hostPath, openFlags));
}

/** Whether this system resolves paths from an open descriptor. */
export async function canHoldDirectories(hostPath: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const fd = await open(hostPath, openFlags);
  try {
    const direct = fstatSync(fd);
    // Without /proc, or with one of another process namespace, the path fails or leads elsewhere.
    const through = await stat(`/proc/self/fd/${fd}/.`).catch(() => undefined);
    return through?.ino === direct.ino && through.dev === direct.dev;
  } finally {
    closeSync(fd);
  }
}

// Calls on an open directory's descriptor work on an inode in memory and take a microsecond, a
// twentieth of the way to the thread pool and back; only those that resolve a name go there.
function heldDirectory(fd: number): Directory {
  const self = `/proc/self/fd/${fd}`;
  let isOpen = true;

  function child(name: string | Buffer): string | Buffer {
    // The number may belong to another session's file by now.
    if (!isOpen) throw new Error('The directory is closed');
    return typeof name === 'string'
      ? `${self}/${name}`
      : Buffer.concat([Buffer.from(`${self}/`), name]);
  }

  return {
    child,
    async open(name) {
      try {
        return heldDirectory(await open(child(name), openFlags));
      } catch (error) {
        throw await explainedFailure(error, child(name));
      }
    },
    async *entries() {
      yield* await openEntries(self);
    },
    stat: async () => fstatSync(fd),
    chown: async (uid, gid) => fchownSync(fd, uid, gid),
    confirm: async () => {},
    async close() {
      if (isOpen) closeSync(fd);
      isOpen = false;
    },
  };
}

/** Reads a directory entry by entry, so that a huge one never has to fit into memory. */
export async function openEntries(hostPath: string): Promise<AsyncIterable<Dirent<Buffer>>> {
  // Node gives names as bytes here, though its types know that of readdir() alone.
  const options = { encoding: 'buffer' as BufferEncoding, bufferSize: 256 };
  return (await opendir(hostPath, options)) as unknown as AsyncIterable<Dirent<Buffer>>;
}

// O_DIRECTORY wins over O_NOFOLLOW: a link fails as ENOTDIR, like a file. Only the wording of the
// refusal depends on this second look; nothing has been opened.
async function explainedFailure(error: unknown, path: string | Buffer): Promise<unknown> {
  if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') return error;
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || found.isSymbolicLink()) return errnoError('ELOOP', 'A link is there');
  if (found.isDirectory()) return errnoError('ESTALE', 'The entry was replaced meanwhile');
  return error;
}
