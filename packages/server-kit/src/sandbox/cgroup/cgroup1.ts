import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  canCreateIn,
  cpuPeriodUs,
  groupName,
  readCounter,
  readNumber,
  readText,
  removeGroups,
  settled,
  type CgroupControl,
  type CgroupLimits,
  type Cgroups,
} from './run-group.ts';
import type { Controller, OwnCgroups } from './locate.ts';

/** The controllers that are of use, and what each is good for. */
const uses: Readonly<Record<Controller, CgroupControl>> = {
  memory: 'memory',
  pids: 'pids',
  cpu: 'cpu',
  cpuacct: 'cpuTime',
  freezer: 'freeze',
};

/**
 * Control groups version 1: a tree for each controller, writable by root only.
 * @see Linux Documentation/admin-guide/cgroup-v1/memory.rst and freezer-subsystem.rst
 */
export function openCgroup1(own: OwnCgroups): Cgroups | undefined {
  const parents = new Map<Controller, string>();
  for (const controller of Object.keys(uses) as Controller[]) {
    const directory = own[controller];
    if (directory === undefined || directory === '' || !existsSync(directory)) continue;
    if (canCreateIn(directory, mkdirSync)) parents.set(controller, directory);
  }
  // Without these two there is nothing that the limits of resources do not hold as well.
  if (!parents.has('memory') && !parents.has('pids')) return undefined;

  return {
    version: 1,
    controls: [...parents.keys()].map((controller) => uses[controller]),
    create(limits) {
      const name = groupName();
      const file = (controller: Controller, base: string): string | undefined => {
        const parent = parents.get(controller);
        return parent === undefined ? undefined : join(parent, name, base);
      };
      const write = (controller: Controller, base: string, value: number | string): void => {
        const path = file(controller, base);
        if (path !== undefined) writeFileSync(path, String(value));
      };
      const limit = ({ memoryBytes, pids, cpus }: CgroupLimits): void => {
        limitMemory(file('memory', ''), memoryBytes);
        write('pids', 'pids.max', pids);
        write('cpu', 'cpu.cfs_quota_us', Math.ceil(cpus * cpuPeriodUs));
      };

      // Several controllers may share a hierarchy, and so a group.
      const groups = [...new Set([...parents.values()].map((parent) => join(parent, name)))];
      for (const group of groups) mkdirSync(group);
      limit(limits);
      return {
        joinFiles: groups.map((group) => join(group, 'cgroup.procs')),
        limit,
        outOfMemoryKills: () => readCounter(file('memory', 'memory.oom_control'), 'oom_kill'),
        peakBytes: () => readNumber(file('memory', 'memory.max_usage_in_bytes')),
        cpuMs: () => {
          const nanoseconds = readNumber(file('cpuacct', 'cpuacct.usage'));
          return nanoseconds === undefined ? undefined : nanoseconds / 1e6;
        },
        async freeze() {
          write('freezer', 'freezer.state', 'FROZEN');
          await settled(() => readText(file('freezer', 'freezer.state'))?.trim() !== 'FREEZING');
        },
        thaw() {
          write('freezer', 'freezer.state', 'THAWED');
        },
        remove: () => removeGroups(groups),
      };
    },
  };
}

function limitMemory(group: string | undefined, bytes: number): void {
  if (group === undefined) return;
  const alone = join(group, 'memory.limit_in_bytes');
  // Memory and swap together may never be less than memory, so which is first depends on where
  // the limit comes from. The file is missing where the kernel does not count swap.
  const withSwap = join(group, 'memory.memsw.limit_in_bytes');
  const order = (readNumber(alone) ?? Infinity) < bytes ? [withSwap, alone] : [alone, withSwap];
  for (const file of order) {
    if (file === alone || existsSync(file)) writeFileSync(file, String(bytes));
  }
}
