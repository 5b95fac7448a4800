import { chown, lstat, realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { errnoError, type Directory } from './directory.ts';
import { openEntries } from './held-directory.ts';

/**
 * Opens the root of a workspace by its name, for systems where a path cannot start at a
 * descriptor. Each step is looked at before it is taken and once more after the operation: a link
 * that stands still is always refused, one that is swapped at the right microsecond is not.
 */
export async function nameDirectory(hostPath: string): Promise<Directory> {
  const root = await realpath(hostPath);
  return namedDirectory(root, root);
}

function namedDirectory(root: string, self: string): Directory {
  const childText = (name: string | Buffer): string => `${self}${sep}${name.toString()}`;

  async function confirm(hostPath: string): Promise<void> {
    const actual = await realpath(hostPath);
    if (actual !== root && !actual.startsWith(root + sep)) {
      throw errnoError('ELOOP', 'The directory leads out of the workspace');
    }
  }

  return {
    child: (name) =>
      typeof name === 'string'
        ? childText(name)
        : Buffer.concat([Buffer.from(`${self}${sep}`), name]),
    async open(name) {
      const hostPath = childText(name);
      const found = await lstat(hostPath);
      if (found.isSymbolicLink()) throw errnoError('ELOOP', 'A link is there');
      if (!found.isDirectory()) {
        throw Object.assign(new Error('A file is there'), { code: 'ENOTDIR' });
      }
      await confirm(hostPath);
      return namedDirectory(root, hostPath);
    },
    async *entries() {
      yield* await openEntries(self);
    },
    stat: () => stat(self),
    chown: (uid, gid) => chown(self, uid, gid),
    confirm: () => confirm(self),
    close: async () => {},
  };
}
