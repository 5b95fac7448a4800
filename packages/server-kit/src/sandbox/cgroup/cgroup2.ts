import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  canCreateIn,
  groupName,
  groupPrefix,
  readCounter,
  readNumber,
  removeGroups,
  type Cgroups,
} from './run-group.ts';
import type { OwnCgroups } from './locate.ts';

/** Where the server itself goes: a group with processes may not hand controllers down. */
const serverGroup = `${groupPrefix}server`;

/**
 * Control groups version 2, in a group that is delegated to the server: a systemd unit with
 * `Delegate=memory pids`, or a container with a writable hierarchy.
 * @see Linux Documentation/admin-guide/cgroup-v2.rst, "Delegation"
 */
export function openCgroup2(own: OwnCgroups): Cgroups | undefined {
  if (own.unified === undefined || own.unified === '') return undefined;
  const parent = prepareParent(own.unified);
  if (parent === undefined || !canCreateIn(parent, mkdirSync)) return undefined;

  return {
    version: 2,
    controls: ['memory', 'pids'],
    create({ memoryBytes, pids }) {
      const group = join(parent, groupName());
      mkdirSync(group);
      writeFileSync(join(group, 'memory.max'), String(memoryBytes));
      writeFileSync(join(group, 'memory.oom.group'), '1');
      writeFileSync(join(group, 'pids.max'), String(pids));
      // Missing where the kernel is built without swap.
      const swap = join(group, 'memory.swap.max');
      if (existsSync(swap)) writeFileSync(swap, '0');
      return {
        joinFiles: [join(group, 'cgroup.procs')],
        outOfMemoryKills: () => readCounter(join(group, 'memory.events'), 'oom_kill'),
        peakBytes: () => readNumber(join(group, 'memory.peak')),
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
    writeFileSync(join(unified, 'cgroup.subtree_control'), '+memory +pids');
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
