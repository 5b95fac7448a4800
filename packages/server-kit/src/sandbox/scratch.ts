import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DataFile } from './places.ts';
import type { Owner } from './session-owner.ts';

const prefix = 'ide-assistant-run-';

/** Files of runs on the host, to be shown inside a sandbox, where they cannot be changed. */
export interface Scratch {
  /** Host path of the directory above all of them. */
  readonly place: string;
  /**
   * Writes files into a directory of their own, each under its path inside the sandbox.
   * @param owner who may read them beside the server; `undefined`: the server alone.
   * @returns host path of that directory.
   */
  put(files: readonly DataFile[], owner: Owner | undefined): string;
  /** Writes files that every session may read, once; another call gives the same directory. */
  share(files: readonly DataFile[]): string;
  /** Adds files to such a directory. */
  add(directory: string, files: readonly DataFile[]): void;
  remove(directory: string): Promise<void>;
  /** Removes all there is; it may be used again. */
  close(): Promise<void>;
}

/**
 * Opens a place for them below `parent`, named after the server's process. Also clears what
 * servers left that are gone.
 * @param parent absolute path. @default memory where that can be written like a disk, else the
 * system's directory for temporary files
 */
export function openScratch(parent: string = defaultParent()): Scratch {
  const nextPlace = (): string =>
    join(parent, `${prefix}${process.pid}-${randomBytes(6).toString('hex')}`);
  let place = nextPlace();
  sweep(parent);
  let made = false;

  const add = (directory: string, files: readonly DataFile[]): void => {
    for (const { path, content } of files) {
      const file = join(directory, path);
      const first = mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      // Whatever the server's mask is, the session's user must be able to read it.
      for (let at = dirname(file); first !== undefined; at = dirname(at)) {
        chmodSync(at, 0o755);
        if (at === first) break;
      }
      chmodSync(file, 0o644);
    }
  };

  const makePlace = (): void => {
    if (made) return;
    // Searchable by all and listable by nobody: a name in it is known to its session alone.
    mkdirSync(place, { mode: 0o711 });
    chmodSync(place, 0o711);
    made = true;
  };

  return {
    get place() {
      makePlace();
      return place;
    },
    add,
    share(files) {
      makePlace();
      const directory = join(place, 'shared');
      if (!existsSync(directory)) {
        mkdirSync(directory);
        chmodSync(directory, 0o755);
        add(directory, files);
      }
      return directory;
    },
    put(files, owner) {
      makePlace();
      const directory = join(place, randomBytes(12).toString('hex'));
      mkdirSync(directory, { mode: 0o700 });
      add(directory, files);
      if (owner !== undefined) chownSync(directory, owner.uid, owner.gid);
      return directory;
    },
    remove: (directory) => rm(directory, { recursive: true, force: true }),
    close() {
      const left = place;
      // What is put here while the old one is being removed is none of its concern.
      place = nextPlace();
      made = false;
      return rm(left, { recursive: true, force: true });
    },
  };
}

function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      rmSync(join(parent, name), { recursive: true, force: true });
    } catch {
      // It belongs to another user, or another server is clearing it as well.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function defaultParent(): string {
  const memory = '/dev/shm';
  try {
    accessSync(memory, constants.W_OK);
    return memory;
  } catch {
    return tmpdir();
  }
}
