import type { Directory } from './directory.ts';
import type { PathLocks } from './path-locks.ts';

/** Key of what only the file primitives may use; not exported from the folder. */
export const internals: unique symbol = Symbol('workspace internals');

/** User and group of the session's processes. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** The directory that one session sees as its file system, held open until closed. */
export interface Workspace {
  /** Path on the host, for the sandbox alone; it is never sent to a client. */
  readonly root: string;
  /** To whom new files and directories are given; undefined leaves them to the server's user. */
  readonly owner: Owner | undefined;
  /**
   * `enforced`: the kernel resolves each path from an open descriptor, so no swap of a link can
   * lead out. `best-effort`: paths are looked at before and after (systems without /proc).
   */
  readonly confinement: 'enforced' | 'best-effort';
  /** Waits for the operations under way, then releases the directory. Later ones are refused. */
  close(): Promise<void>;
  readonly [internals]: WorkspaceInternals;
}

/** What the file primitives share. */
export interface WorkspaceInternals {
  /** Open as long as the workspace is in {@link use}. */
  readonly root: Directory;
  /** Runs a whole operation, until whose end the root stays open. */
  use<T>(operation: () => Promise<T>): Promise<T>;
  /** Orders changes of one path. */
  readonly locks: PathLocks;
  /** Files that have two names for the moment because they are being put in place by a link. */
  readonly placing: Set<string>;
}
