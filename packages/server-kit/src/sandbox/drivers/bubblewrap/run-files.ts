import { join } from 'node:path';
import type { DataFile } from '../../places.ts';
import type { Scratch } from '../../scratch.ts';
import type { Owner } from '../../session-owner.ts';
import { identityFiles, type BoundFile } from './mounts.ts';

/** The files that a run sees beside its workspace and the system. */
export interface RunFiles {
  /** What shows them inside. */
  binds: readonly BoundFile[];
  add(files: readonly DataFile[]): void;
  remove(): Promise<void>;
}

/** Writes them down, with those of `/etc` in which programs look themselves up. */
export function putRunFiles(
  scratch: Scratch,
  files: readonly DataFile[],
  owner: Owner | undefined,
): RunFiles {
  const directory = scratch.put([...identityFiles, ...files], owner);
  const shown = [...identityFiles.map(({ path }) => path), ...(files.length > 0 ? ['/run'] : [])];
  return {
    binds: shown.map((path) => ({ from: join(directory, path), to: path })),
    add: (more) =>
      scratch.add(
        directory,
        more.filter(({ path }) => isNew(path)),
      ),
    remove: () => scratch.remove(directory),
  };

  function isNew(path: string): boolean {
    return !files.some((file) => file.path === path);
  }
}
