import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  canCreateIn,
  groupName,
  cpuPeriodUs,
  groupPrefix,
  readCounter,
  readNumber,
  readText,
  removeGroups,
  settled,
  type CgroupLimits,
  type Cgroups,
} from './run-group.ts';
import type { OwnCgroups } from './locate.ts';

/** Where the server itself goes: a group with processes may not hand controllers down. */
const serverGroup = `${groupPrefix}server`;

/**
 * Control groups version 2, in a group that is delegated to the server: a systemd unit with
 * `Delegate=memory pids cpu`, or a container with a writable hierarchy.
 * @see Linux Documentation/admin-guide/cgroup-v2.rst, "Delegation"
 */
export function openCgroup2(own: OwnCgroups): Cgroups | undefined {
  if (own.unified === undefined || own.unified === '') return undefined;
  const parent = prepareParent(own.unified);
  if (parent === undefined || !canCreateIn(parent, mkdirSync)) return undefined;

  const holdsCpu = readWords(join(parent, 'cgroup.subtree_control')).some((word) =>
    /^\+?cpu$/.test(word),
  );
  return {
    version: 2,
    controls: ['memory', 'pids', ...(holdsCpu ? (['cpu'] as const) : []), 'cpuTime', 'freeze'],
    create(limits) {
      const group = join(parent, groupName());
      const write = (base: string, value: number | string): void =>
        writeFileSync(join(group, base), String(value));
      const limit = ({ memoryBytes, pids, cpus }: CgroupLimits): void => {
        write('memory.max', memoryBytes);
        write('pids.max', pids);
        if (holdsCpu) write('cpu.max', `${Math.ceil(cpus * cpuPeriodUs)} ${cpuPeriodUs}`);
      };

      mkdirSync(group);
      limit(limits);
      write('memory.oom.group', 1);
      // Missing where the kernel is built without swap.
      if (existsSync(join(group, 'memory.swap.max'))) write('memory.swap.max', 0);
      return {
        joinFiles: [join(group, 'cgroup.procs')],
        limit,
        outOfMemoryKills: () => readCounter(join(group, 'memory.events'), 'oom_kill'),
        peakBytes: () => readNumber(join(group, 'memory.peak')),
        cpuMs: () => {
          const text = readText(join(group, 'cpu.stat'));
          const microseconds = /^usage_usec (\d+)$/m.exec(text ?? '')?.[1];
          return microseconds === undefined ? undefined : Number(microseconds) / 1e3;
        },
        async freeze() {
          write('cgroup.freeze', 1);
          await settled(() => readCounter(join(group, 'cgroup.events'), 'frozen') === 1);
        },
        thaw: () => write('cgroup.freeze', 0),
        remove: () => removeGroups([group]),
      };
    },
  };
}

/** Makes the group ready to hold groups with limits, and names it. */
function prepareParent(unified: string): string | undefined {
  if (basename(unified) === serverGroup) return dirname(unified);
  const wanted = ['memory', 'pids'];
  const controllers = readWords(join(unified, 'cgroup.controllers'));
  if (!wanted.every((controller) => controllers.includes(controller))) return undefined;
  // Others in the group, as the shell of a terminal, are not ours to move.
  const members = readWords(join(unified, 'cgroup.procs'));
  if (members.length !== 1 || members[0] !== String(process.pid)) return undefined;

  const server = join(unified, serverGroup);
  let moved = false;
  try {
    mkdirSync(server, { recursive: true });
    writeFileSync(join(server, 'cgroup.procs'), String(process.pid));
    moved = true;
    const cpu = controllers.includes('cpu') ? ' +cpu' : '';
    writeFileSync(join(unified, 'cgroup.subtree_control'), `+memory +pids${cpu}`);
    return unified;
  } catch {
    // Not delegated after all: leave things as they were found.
    if (moved) writeFileSync(join(unified, 'cgroup.procs'), String(process.pid));
    if (existsSync(server)) rmdirSync(server);
    return undefined;
  }
}

function readWords(file: string): string[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split(/\s+/).filter(Boolean);
}
