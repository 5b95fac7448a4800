import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  canCreateIn,
  groupName,
  readCounter,
  readNumber,
  removeGroups,
  type Cgroups,
} from './run-group.ts';
import type { OwnCgroups } from './locate.ts';

/**
 * Control groups version 1: a tree for each controller, writable by root only.
 * @see Linux Documentation/admin-guide/cgroup-v1/memory.rst
 */
export function openCgroup1(own: OwnCgroups): Cgroups | undefined {
  const parents = (['memory', 'pids'] as const).flatMap((control) => {
    const directory = own[control];
    if (directory === undefined || directory === '' || !existsSync(directory)) return [];
    return canCreateIn(directory, mkdirSync) ? [{ control, directory }] : [];
  });
  if (parents.length === 0) return undefined;

  return {
    version: 1,
    controls: parents.map(({ control }) => control),
    create({ memoryBytes, pids }) {
      const name = groupName();
      const groups = parents.map(({ directory }) => join(directory, name));
      const memory = groups[parents.findIndex(({ control }) => control === 'memory')];
      for (const [index, group] of groups.entries()) {
        mkdirSync(group);
        if (parents[index]?.control === 'memory') limitMemory(group, memoryBytes);
        else writeFileSync(join(group, 'pids.max'), String(pids));
      }
      return {
        joinFiles: groups.map((group) => join(group, 'cgroup.procs')),
        outOfMemoryKills: () =>
          memory === undefined ? 0 : readCounter(join(memory, 'memory.oom_control'), 'oom_kill'),
        peakBytes: () =>
          memory === undefined ? undefined : readNumber(join(memory, 'memory.max_usage_in_bytes')),
        remove: () => removeGroups(groups),
      };
    },
  };
}

function limitMemory(group: string, bytes: number): void {
  writeFileSync(join(group, 'memory.limit_in_bytes'), String(bytes));
  // Memory and swap together may not be less than memory, so this one is second. The file is
  // missing where the kernel does not count swap.
  const withSwap = join(group, 'memory.memsw.limit_in_bytes');
  if (existsSync(withSwap)) writeFileSync(withSwap, String(bytes));
}
