import { existsSync, readFileSync } from 'node:fs';
import { openCgroup1 } from './cgroup1.ts';
import { openCgroup2 } from './cgroup2.ts';
import { locateCgroups } from './locate.ts';
import type { Cgroups } from './run-group.ts';

/** What {@link openCgroups} may be told; the defaults are this process's. */
export interface CgroupSources {
  /** @default '/proc/self/cgroup' */
  cgroupFile?: string;
  /** @default '/proc/self/mountinfo' */
  mountinfoFile?: string;
}

/**
 * Opens the best hierarchy that this process may write to: version 2 when the group is delegated
 * to it, else version 1. `undefined` when there is none.
 */
export function openCgroups(sources: CgroupSources = {}): Cgroups | undefined {
  const { cgroupFile = '/proc/self/cgroup', mountinfoFile = '/proc/self/mountinfo' } = sources;
  if (!existsSync(cgroupFile)) return undefined;
  const own = locateCgroups(readFileSync(cgroupFile, 'utf8'), readFileSync(mountinfoFile, 'utf8'));
  return openCgroup2(own) ?? openCgroup1(own);
}
