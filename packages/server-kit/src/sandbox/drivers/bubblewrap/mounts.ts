import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import type { SandboxLimits } from '../../limits.ts';
import { workspaceDirectory, type DataFile } from '../../places.ts';
import { descriptors } from './waiting-shell.ts';

/** A file or directory of the host that is shown inside, read-only. */
export interface BoundFile {
  from: string;
  to: string;
}

/** The files of `/etc` that programs look themselves up in. */
export const identityFiles: readonly DataFile[] = [
  {
    path: '/etc/passwd',
    content:
      'root:x:0:0:root:/:/usr/sbin/nologin\n' +
      `sandbox:x:1000:1000:sandbox:${workspaceDirectory}:/bin/bash\n` +
      'nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n',
  },
  { path: '/etc/group', content: 'root:x:0:\nsandbox:x:1000:\nnogroup:x:65534:\n' },
];

/** What {@link mountArguments} needs. */
export interface MountOptions {
  /** Host path of the workspace. */
  workspace: string;
  limits: SandboxLimits;
  binds: readonly BoundFile[];
  environment: Readonly<Record<string, string>>;
  /** Whether the program has a terminal, and must stay in its session for the sake of job control. */
  ownTerminal: boolean;
}

/** The options of bubblewrap that make the sandbox. Their order is the order of the mounts. */
export function mountArguments(options: MountOptions): string[] {
  const { workspace, limits, binds, environment, ownTerminal } = options;
  const { filter, status } = descriptors;
  return [
    ...words('--unshare-user --unshare-pid --unshare-net --unshare-ipc --unshare-uts'),
    ...words('--unshare-cgroup --disable-userns --cap-drop ALL --die-with-parent'),
    ...(ownTerminal ? [] : ['--new-session']),
    ...words('--uid 1000 --gid 1000 --hostname sandbox --clearenv'),
    ...Object.entries(environment).flatMap(([name, value]) => ['--setenv', name, value]),
    ...systemDirectories(),
    ...words('--ro-bind-try /etc/alternatives /etc/alternatives'),
    ...words('--ro-bind-try /etc/ld.so.cache /etc/ld.so.cache'),
    ...binds.flatMap(({ from, to }) => ['--ro-bind', from, to]),
    ...words('--proc /proc --dev /dev'),
    // Keys belong to the user of the kernel, so those of the server's own would be listed.
    ...(existsSync('/proc/keys') ? words('--ro-bind /dev/null /proc/keys') : []),
    ...words(`--size ${Math.ceil(limits.tmpBytes / 4)} --tmpfs /dev/shm`),
    ...words(`--size ${limits.tmpBytes} --tmpfs /tmp`),
    '--bind',
    workspace,
    ...words(`${workspaceDirectory} --chdir ${workspaceDirectory}`),
    // The root and /dev are memory without a size, so nothing may be written there; last, since
    // nothing can be mounted afterwards.
    ...words('--remount-ro /dev --remount-ro /'),
    ...words(`--seccomp ${filter} --json-status-fd ${status}`),
  ];
}

function words(line: string): string[] {
  return line.split(' ');
}

/** `/usr` and its neighbours, which newer systems have as links into it. */
function systemDirectories(): string[] {
  return (knownDirectories ??= findSystemDirectories());
}

let knownDirectories: string[] | undefined;

function findSystemDirectories(): string[] {
  const neighbours = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'].flatMap((name) => {
    const path = `/${name}`;
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats?.isSymbolicLink()) return ['--symlink', readlinkSync(path), path];
    return stats?.isDirectory() ? ['--ro-bind', path, path] : [];
  });
  return ['--ro-bind', '/usr', '/usr', ...neighbours];
}
