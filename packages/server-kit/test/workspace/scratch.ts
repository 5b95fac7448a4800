import { mkdir, mkdtemp, readdir, rm, writeFile as writeHostFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { RequestError } from '../../src/errors.ts';
import { openWorkspace, type Owner, type Workspace } from '../../src/workspace/index.ts';
import { nameDirectory } from '../../src/workspace/named-directory.ts';
import { openWith } from '../../src/workspace/open-workspace.ts';

/** A workspace in a temporary directory, with a directory beside it that is not in it. */
export interface Scratch {
  workspace: Workspace;
  /** Host path of the workspace. */
  root: string;
  /** Host path outside of it. */
  outside: string;
  /** Host path of something in the workspace. */
  host(path: string): string;
  /** Writes a file around the workspace's primitives, with its directories. */
  put(path: string, content: string | Uint8Array): Promise<void>;
  /** All names below the workspace, as the host sees them. */
  names(path?: string): Promise<string[]>;
}

/** The ways to confine that this system has. */
export const confinements: readonly [Workspace['confinement'], ...Workspace['confinement'][]] =
  process.platform === 'linux' ? ['enforced', 'best-effort'] : ['best-effort'];

export const isRoot = process.geteuid?.() === 0;

/** Opens a scratch workspace that is removed when the test has finished. */
export async function openScratch({
  confinement = confinements[0],
  owner,
}: { confinement?: Workspace['confinement']; owner?: Owner } = {}): Promise<Scratch> {
  const base = await mkdtemp(join(tmpdir(), 'workspace-'));
  const root = join(base, 'inside');
  const outside = join(base, 'outside');
  await mkdir(root, { mode: 0o700 });
  await mkdir(outside);
  const workspace =
    confinement === 'enforced'
      ? await openWorkspace({ root, ...(owner ? { owner } : {}) })
      : await openWith(nameDirectory, confinement, root, owner);
  onTestFinished(async () => {
    await workspace.close();
    await rm(base, { recursive: true, force: true });
  });
  const host = (path: string) => join(root, path);
  return {
    workspace,
    root,
    outside,
    host,
    async put(path, content) {
      await mkdir(dirname(host(path)), { recursive: true });
      await writeHostFile(host(path), content);
    },
    names: async (path = '') => (await readdir(host(path), { recursive: true })).toSorted(),
  };
}

/** The code with which a promise is refused; undefined when it is not. */
export async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (error instanceof RequestError) return error.code;
    throw error;
  }
}

/** Open descriptors of this process. */
export function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}
