import { mkdir, realpath } from 'node:fs/promises';
import type { ProtectionStatus } from '@ide-assistant/sdk/protocol';
import { KitError, RequestError } from '../errors.ts';
import type { Directory } from './directory.ts';
import { canHoldDirectories, holdDirectory } from './held-directory.ts';
import { nameDirectory } from './named-directory.ts';
import { createPathLocks } from './path-locks.ts';
import { internals, type Owner, type Workspace } from './workspace.ts';

/** What {@link openWorkspace} needs. */
export interface OpenWorkspaceOptions {
  /** Directory on the host, or a link to it; made with mode 0700, with its parents, where it is missing. */
  root: string;
  /** To whom the directory and all that is made in it is given; needs a server that runs as root. */
  owner?: Owner;
}

/**
 * Opens the directory of a session, the strongest way that the system offers.
 * @throws KitError `WORKSPACE_OWNER` when the directory cannot be given to `owner`.
 */
export async function openWorkspace({ root, owner }: OpenWorkspaceOptions): Promise<Workspace> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const hostPath = await realpath(root);
  return (await canHoldDirectories(hostPath))
    ? openWith(holdDirectory, 'enforced', hostPath, owner)
    : openWith(nameDirectory, 'best-effort', hostPath, owner);
}

/** How well paths are kept inside of workspaces below this directory of the host. */
export async function probeConfinement(hostPath: string): Promise<ProtectionStatus> {
  if (await canHoldDirectories(hostPath)) {
    return { level: 'enforced', by: 'open directories' };
  }
  return {
    level: 'best-effort',
    by: 'real paths',
    reason:
      'This system does not resolve paths from an open directory, so they are looked at before and after.',
  };
}

/** Opens a workspace in one of the two ways; {@link openWorkspace} chooses. */
export async function openWith(
  openRoot: (hostPath: string) => Promise<Directory>,
  confinement: Workspace['confinement'],
  root: string,
  owner: Owner | undefined,
): Promise<Workspace> {
  const directory = await openRoot(root);
  try {
    if (owner) await giveTo(owner, directory);
  } catch (cause) {
    await directory.close();
    throw new KitError(
      'WORKSPACE_OWNER',
      `The workspace cannot be given to uid ${owner?.uid}. Run the server as root, or leave out owner.`,
      { cause },
    );
  }
  const { use, close } = shareUntilClosed(directory);
  return {
    root,
    owner,
    confinement,
    close,
    [internals]: { root: directory, use, locks: createPathLocks(), placing: new Set() },
  };
}

async function giveTo(owner: Owner, directory: Directory): Promise<void> {
  const { uid, gid } = await directory.stat();
  if (uid !== owner.uid || gid !== owner.gid) await directory.chown(owner.uid, owner.gid);
}

// The number of a closed descriptor goes to the next file that is opened, which may be the root of
// another session: an operation still under way would then work there. So closing waits for all.
function shareUntilClosed(directory: Directory) {
  let users = 0;
  let closed: Promise<void> | undefined;
  const idle = Promise.withResolvers<void>();

  return {
    async use<T>(operation: () => Promise<T>): Promise<T> {
      if (closed) throw new RequestError('unavailable', 'The workspace is closed.');
      users += 1;
      try {
        return await operation();
      } finally {
        users -= 1;
        if (users === 0 && closed) idle.resolve();
      }
    },
    close(): Promise<void> {
      closed ??= idle.promise.then(() => directory.close());
      if (users === 0) idle.resolve();
      return closed;
    },
  };
}
