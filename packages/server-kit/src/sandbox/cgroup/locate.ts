import { posix } from 'node:path';

/** Controllers of version 1 that are of use. */
const controllers = ['memory', 'pids', 'cpu', 'cpuacct', 'freezer'] as const;

/** A controller of version 1. */
export type Controller = (typeof controllers)[number];

/**
 * Directories of the server's own control groups: one for each controller of version 1, and
 * `unified` for version 2. Empty where the part of the tree that is shown does not hold it.
 */
export type OwnCgroups = Partial<Record<Controller | 'unified', string>>;

/**
 * Finds the server's own groups from the text of `/proc/self/cgroup` and `/proc/self/mountinfo`.
 * @see cgroups(7), proc_pid_mountinfo(5)
 */
export function locateCgroups(selfCgroup: string, mountinfo: string): OwnCgroups {
  const mounts = parseMounts(mountinfo);
  const own: OwnCgroups = {};
  for (const line of selfCgroup.split('\n')) {
    const [, names, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (names === undefined || path === undefined) continue;
    if (names === '') own.unified ??= directory(mounts, 'cgroup2', undefined, path);
    for (const controller of controllers) {
      if (!names.split(',').includes(controller)) continue;
      own[controller] ??= directory(mounts, 'cgroup', controller, path);
    }
  }
  return own;
}

interface Mount {
  root: string;
  point: string;
  type: string;
  options: readonly string[];
}

function parseMounts(mountinfo: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of mountinfo.split('\n')) {
    const [before, after] = line.split(' - ');
    const [, , , root, point] = before?.split(' ') ?? [];
    const [type, , options] = after?.split(' ') ?? [];
    if (root === undefined || point === undefined || type === undefined) continue;
    mounts.push({ root, point: unescape(point), type, options: options?.split(',') ?? [] });
  }
  return mounts;
}

function directory(
  mounts: readonly Mount[],
  type: string,
  controller: string | undefined,
  path: string,
): string {
  for (const mount of mounts) {
    if (mount.type !== type) continue;
    if (controller !== undefined && !mount.options.includes(controller)) continue;
    const below = posix.relative(mount.root, path);
    // A container may see only a part of the hierarchy, and that part may not hold this group.
    if (below === '..' || below.startsWith('../')) continue;
    return posix.join(mount.point, below);
  }
  return '';
}

/** The kernel writes blanks in mount points as octal. */
function unescape(text: string): string {
  return text.replaceAll(/\\(\d{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
