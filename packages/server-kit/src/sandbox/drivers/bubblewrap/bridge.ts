import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import type { Owner } from '../../session-owner.ts';
import { isReachable } from './reachable.ts';
import { quote } from './shell-words.ts';

/** Host paths, and where the session's user finds them instead. */
export interface Bridge {
  /** Commands for a shell in a mount namespace of its own, each followed by `&&`. */
  script: string;
  /** The path under which a host path is to be bound. */
  placeOf: (path: string) => string;
}

/** Directories that every system has and that no run needs; one of them carries the bridge. */
const carriers = ['/mnt', '/media', '/srv', '/opt'];

/** Whether the server may mount in a namespace of its own, as root can outside of containers. */
export function canBridge(): boolean {
  if (!existsSync('/usr/bin/unshare') || !existsSync('/usr/bin/mount')) return false;
  try {
    execFileSync(
      '/usr/bin/unshare',
      [
        '--mount',
        '--propagation',
        'private',
        '--',
        '/usr/bin/mount',
        '-t',
        'tmpfs',
        'tmpfs',
        '/mnt',
      ],
      { stdio: 'ignore', env: {} },
    );
    return true;
  } catch {
    return false;
  }
}

/**
 * Brings paths to a user that may not walk to them, as below `/root`: a mount namespace that only
 * this run has, in which they are bound where he may. Nothing on the host changes.
 *
 * @returns null when the user reaches every path by himself.
 */
export function bridgePaths(paths: readonly string[], owner: Owner): Bridge | null {
  const hidden = paths.filter((path) => !isReachable(path, owner));
  if (hidden.length === 0) return null;
  const carrier = carriers.find(
    (directory) => existsSync(directory) && !hidden.some((path) => path.startsWith(directory)),
  );
  if (carrier === undefined) return null;
  const places = new Map(hidden.map((path, index) => [path, `${carrier}/${index}`]));
  const binds = [...places].map(([path, place]) => {
    const make = statSync(path).isDirectory() ? `mkdir ${place}` : `: > ${place}`;
    return `${make} && mount --bind ${quote(path)} ${place} && `;
  });
  return {
    script: `mount -t tmpfs -o size=64k,mode=0755 tmpfs ${carrier} && ${binds.join('')}`,
    placeOf: (path) => places.get(path) ?? path,
  };
}
