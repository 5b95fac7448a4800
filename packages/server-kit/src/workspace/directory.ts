import type { Dirent, PathLike, Stats } from 'node:fs';

/**
 * An open directory of the workspace, through which everything below it is reached. Where the
 * kernel lets a path start at a descriptor it cannot be moved away under the caller's feet.
 */
export interface Directory {
  /**
   * What to hand to a file-system call for the entry `name`. A call that would follow a link at
   * its end must be given a flag against that.
   */
  child(name: string | Buffer): PathLike;
  /**
   * Opens a directory in this one, never through a link.
   * @throws NodeJS.ErrnoException `ENOENT` or `ENOTDIR`; `ELOOP` for a link.
   */
  open(name: string | Buffer): Promise<Directory>;
  /** Its entries in the order of the file system, names as bytes since Linux demands no UTF-8. */
  entries(): AsyncIterable<Dirent<Buffer>>;
  /** Its owner, mode and times. */
  stat(): Promise<Stats>;
  /** Changes its owner; the directory must be one that this process has just made. */
  chown(uid: number, gid: number): Promise<void>;
  /** Looks once more where the directory is; a directory held by a descriptor is always there. */
  confirm(): Promise<void>;
  /** Releases the descriptor, if there is one. */
  close(): Promise<void>;
}

/** An error as the file system reports one, for what only a second look can tell. */
export function errnoError(code: 'ELOOP' | 'ESTALE', message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code });
}
