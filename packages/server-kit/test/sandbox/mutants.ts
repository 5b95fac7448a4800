import type { Patch } from '../support/mutate.ts';
import { runAttacks } from './attack-server.ts';

/** A protection that is switched off, and an attack that must then get through. */
export interface Mutant {
  patches: readonly Patch[];
  /** What kind of server it is tried in. */
  setting: 'root' | 'unprivileged' | 'docker';
  attack: string;
  /** Whether the attack then only waits for as long as it is let, so that others may run beside it. @default false */
  waits?: true;
}

const driver = 'sandbox/drivers/bubblewrap';
const mounts = (find: string, replace: string): Patch => ({
  file: `${driver}/mounts.ts`,
  find,
  replace,
});
const container = (find: string, replace: string): Patch => ({
  file: 'sandbox/drivers/docker/container-options.ts',
  find,
  replace,
});
const filter = (find: string, replace: string): Patch => ({
  file: 'sandbox/seccomp/filter.ts',
  find,
  replace,
});
const noResourceLimits: Patch = {
  file: `${driver}/launch.ts`,
  find: 'ulimitCommands(limits, setup.nprocLetter)',
  replace: "limits && ':'",
};
const noMemoryWatch: Patch = {
  file: `${driver}/watch-run.ts`,
  find: 'setup.watched && pid !== undefined',
  replace: 'setup.watched && pid === -1',
};
const noWorkspaceWatch: Patch = {
  file: 'sandbox/workspace-watch.ts',
  find: 'onExceeded();\n        return;',
  replace: 'return;',
};
const withoutFilter = mounts(
  '...words(`--seccomp ${filter} --json-status-fd ${status}`),',
  '...words(`--json-status-fd ${status + filter * 0}`),',
);
const sharedTmp = mounts(
  '...words(`--size ${limits.tmpBytes} --tmpfs /tmp`),',
  "...words('--bind /tmp /tmp'),",
);
const withoutNestedCheck = mounts(' --disable-userns', '');

/** Each protection switched off by itself, or with whatever else holds the same attack. */
export const mutants: Readonly<Record<string, Mutant>> = {
  'a directory of the host is mounted': {
    patches: [sharedTmp],
    setting: 'root',
    attack: 'reads a file of the host by its path and through other processes',
  },
  'a directory of the host is mounted in which links end': {
    patches: [sharedTmp],
    setting: 'root',
    attack: 'follows a symbolic link or makes a hard link to the host',
  },
  'the workspaces of all sessions are mounted': {
    patches: [sharedTmp],
    setting: 'unprivileged',
    attack: 'reads the workspace of another session',
  },
  'bubblewrap starts with the environment of the server': {
    patches: [
      {
        file: `${driver}/waiting-shell.ts`,
        find: "env: { PATH: '/usr/bin:/bin' },",
        replace: 'env: process.env,',
      },
    ],
    setting: 'root',
    attack: 'looks for secrets of the server in environments',
  },
  'the options of bubblewrap are on its command line': {
    patches: [
      {
        file: `${driver}/launch.ts`,
        find: 'bubblewrapWords(setup, spec.owner),',
        replace:
          "bubblewrapWords(setup, spec.owner).replace(/--args \\d+/, options.map(quoteInLine).join(' ')),",
      },
    ],
    setting: 'root',
    attack: 'looks for host paths in the arguments of process 1',
  },
  'descriptors of the server are inherited': {
    patches: [
      {
        file: `${driver}/waiting-shell.ts`,
        find: 'stdioOf([...setup.inherited, ...coveredDescriptors()], devNull)',
        replace: 'stdioOf([...coveredDescriptors()], devNull)',
      },
    ],
    setting: 'root',
    attack: 'reads descriptors that the server inherited',
  },
  'the processes of the host are shown': {
    patches: [
      mounts('--unshare-user --unshare-pid --unshare-net', '--unshare-user --unshare-net'),
      mounts("'--proc /proc --dev /dev'", "'--ro-bind /proc /proc --dev /dev'"),
    ],
    setting: 'root',
    attack: 'sees or signals processes of the host',
  },
  'the network of the host is shared': {
    patches: [mounts('--unshare-pid --unshare-net', '--unshare-pid')],
    setting: 'root',
    attack: 'connects to the host and to the world',
  },
  'abstract sockets of the host are in reach': {
    patches: [mounts('--unshare-pid --unshare-net', '--unshare-pid')],
    setting: 'root',
    attack: 'connects to Unix sockets of the host',
  },
  'every kind of socket is allowed': {
    patches: [filter(".ifEqual(judged.socket[column], 'socket')", '')],
    setting: 'root',
    attack: 'opens raw, packet, vsock, crypto and netfilter sockets',
  },
  'no system call is filtered, and namespaces are allowed': {
    patches: [withoutFilter, withoutNestedCheck],
    setting: 'root',
    attack: 'makes or enters namespaces',
  },
  'calls that are newer than the filter are allowed': {
    patches: [withoutFilter],
    setting: 'root',
    attack: 'calls by numbers that are newer than the filter',
  },
  'calls of 32-bit programs are allowed': {
    patches: [withoutFilter],
    setting: 'root',
    attack: 'calls the kernel as a 32-bit program would',
  },
  'the whole surface of the kernel is open': {
    patches: [withoutFilter],
    setting: 'root',
    attack: 'uses keyrings, bpf, perf, userfaultfd, io_uring, file handles and modules',
  },
  'terminals may be typed into': {
    patches: [
      filter("for (const request of terminalRequests) program.ifEqual(request, 'EPERM');", ''),
    ],
    setting: 'root',
    attack: 'types into a terminal',
  },
  'processes of the sandbox may be traced': {
    patches: [withoutFilter],
    setting: 'root',
    attack: 'reads the memory of other processes',
  },
  'mounts may be changed': {
    patches: [withoutFilter, withoutNestedCheck, mounts('--cap-drop ALL', '--cap-add ALL')],
    setting: 'root',
    attack: 'changes mounts and the root directory',
  },
  'capabilities are kept': {
    patches: [mounts('--cap-drop ALL', '--cap-add ALL')],
    setting: 'root',
    attack: 'becomes root or gains capabilities',
  },
  'the root directory stays writable': {
    patches: [mounts('--remount-ro /dev --remount-ro /', '--remount-ro /dev')],
    setting: 'root',
    attack: 'writes to the system',
  },
  'the directory of devices stays writable': {
    patches: [mounts('--remount-ro /dev --remount-ro /', '--remount-ro /')],
    setting: 'root',
    attack: 'fills /tmp, /dev/shm and other memory-backed directories',
  },
  'the files of the run are writable': {
    patches: [
      mounts(
        "...binds.flatMap(({ from, to }) => ['--ro-bind', from, to]),",
        "...binds.flatMap(({ from, to }) => ['--bind', from, to]),",
      ),
    ],
    setting: 'unprivileged',
    attack: 'writes to the system',
  },
  '/tmp has no size': {
    patches: [
      mounts('...words(`--size ${limits.tmpBytes} --tmpfs /tmp`),', "...words('--tmpfs /tmp'),"),
    ],
    setting: 'root',
    attack: 'fills /tmp, /dev/shm and other memory-backed directories',
  },
  'shared memory of the host is in reach': {
    patches: [mounts('--unshare-ipc --unshare-uts', '--unshare-uts')],
    setting: 'root',
    attack: 'reaches shared memory and message queues of the host',
  },
  'message queues are allowed': {
    patches: [withoutFilter],
    setting: 'root',
    attack: 'takes memory in message queues',
  },
  'the name of the host is told': {
    patches: [
      mounts('--unshare-ipc --unshare-uts', '--unshare-ipc'),
      mounts('--uid 1000 --gid 1000 --hostname sandbox', '--uid 1000 --gid 1000'),
    ],
    setting: 'root',
    attack: 'learns the name of the host',
  },
  'the control groups of the host are told': {
    patches: [mounts('--unshare-cgroup ', '')],
    setting: 'root',
    attack: 'learns its place in the control groups',
  },
  'keys of the kernel are listed': {
    patches: [mounts("existsSync('/proc/keys') ?", "existsSync('/proc/keys/no') ?")],
    setting: 'unprivileged',
    attack: 'lists keys of the kernel',
  },
  'files may be of any size': {
    patches: [noResourceLimits],
    setting: 'root',
    attack: 'writes a file beyond the size limit',
  },
  'limits of resources may be raised': {
    patches: [noResourceLimits],
    setting: 'root',
    attack: 'raises its own resource limits and opens too many files',
  },
  'processes are not counted': {
    patches: [
      noResourceLimits,
      {
        file: 'sandbox/cgroup/cgroup1.ts',
        find: "write('pids', 'pids.max', pids);",
        replace: 'void pids;',
      },
    ],
    setting: 'root',
    attack: 'forks without end',
  },
  'processes are not counted without control groups': {
    patches: [noResourceLimits],
    setting: 'unprivileged',
    attack: 'forks without end',
  },
  'memory is not limited by the control group': {
    patches: [
      {
        file: 'sandbox/cgroup/cgroup1.ts',
        find: "limitMemory(file('memory', ''), memoryBytes);",
        replace: 'void memoryBytes;',
      },
    ],
    setting: 'root',
    attack: 'takes memory in one process',
  },
  'shared memory is not limited by the control group': {
    patches: [
      {
        file: 'sandbox/cgroup/cgroup1.ts',
        find: "limitMemory(file('memory', ''), memoryBytes);",
        replace: 'void memoryBytes;',
      },
    ],
    setting: 'root',
    attack: 'takes memory in shared anonymous pages',
  },
  'memory of a process is not limited': {
    patches: [noResourceLimits, noMemoryWatch],
    setting: 'unprivileged',
    attack: 'takes memory in one process',
  },
  'memory of all processes together is not watched': {
    patches: [noMemoryWatch],
    setting: 'unprivileged',
    attack: 'takes memory in eight processes, each within bounds',
  },
  'files without a name are allowed': {
    patches: [
      filter(
        "if (refuseMemfd) program.ifEqual(judged.memfd_create[column], 'ENOSYS');",
        'void refuseMemfd;',
      ),
    ],
    setting: 'unprivileged',
    attack: 'takes memory in files that belong to no process',
  },
  'processors are not shared out': {
    patches: [
      {
        file: 'sandbox/cgroup/cgroup1.ts',
        find: "write('cpu', 'cpu.cfs_quota_us', Math.ceil(cpus * cpuPeriodUs));",
        replace: 'void cpus;',
      },
    ],
    setting: 'root',
    attack: 'uses more of the processors than its share',
  },
  'files are not counted': {
    patches: [noWorkspaceWatch],
    setting: 'root',
    attack: 'makes files without end',
  },
  'the size of the workspace is not watched': {
    patches: [noWorkspaceWatch],
    setting: 'root',
    attack: 'fills the disk with many files, each within bounds',
  },
  'deleted files are not seen': {
    patches: [
      {
        file: 'sandbox/deleted-files.ts',
        find: 'sizes.set(found.ino, found.blocks * 512);',
        replace: 'sizes.clear();',
      },
    ],
    setting: 'unprivileged',
    attack: 'fills the disk with files that it has deleted',
  },
  'what cannot be counted is let be': {
    patches: [
      {
        file: 'sandbox/workspace-watch.ts',
        find: 'return { ...endless };',
        replace: 'return use;',
      },
    ],
    setting: 'root',
    attack: 'nests directories beyond any path, to hide files there',
  },
  'output is not counted': {
    patches: [
      {
        file: 'sandbox/output-collector.ts',
        find: 'flooded = true;\n      onFlood();',
        replace: 'flooded = true;',
      },
    ],
    setting: 'root',
    attack: 'floods the output',
  },
  'the deadline is not kept': {
    patches: [
      {
        file: `${driver}/run.ts`,
        find: "setTimeout(() => kill('timeout'), limits.timeoutMs)",
        replace: 'setTimeout(() => undefined, limits.timeoutMs)',
      },
    ],
    setting: 'root',
    attack: 'leaves a daemon behind that ignores every signal after a timeout',
    waits: true,
  },
  'a killed sandbox leaves its processes': {
    // Two things see to it, each for the other's gap.
    patches: [
      mounts(' --die-with-parent', ''),
      { file: `${driver}/run.ts`, find: '  killFirstProcess();', replace: '' },
    ],
    setting: 'root',
    attack: 'leaves a daemon behind that ignores every signal after a timeout',
    waits: true,
  },
  'a container shares the network of the host': {
    patches: [container("NetworkMode: 'none',", "NetworkMode: 'host',")],
    setting: 'docker',
    attack: 'connects to the host and to the world',
  },
  'a container shares the memory of the host': {
    patches: [container("IpcMode: 'private',", "IpcMode: 'host',")],
    setting: 'docker',
    attack: 'reaches shared memory and message queues of the host',
  },
  'a container sees the control groups of the host': {
    patches: [container("CgroupnsMode: 'private',", "CgroupnsMode: 'host' as 'private',")],
    setting: 'docker',
    attack: 'learns its place in the control groups',
  },
  'a container has capabilities': {
    patches: [container("CapDrop: ['ALL'],", 'CapDrop: [],')],
    setting: 'docker',
    attack: 'becomes root or gains capabilities',
  },
  'a container may gain privileges': {
    patches: [container("'no-new-privileges', ", '')],
    setting: 'docker',
    attack: 'becomes root or gains capabilities',
  },
  'a container has no filter': {
    patches: [
      container('`seccomp=${JSON.stringify(dockerProfile(arch))}`', "arch && 'seccomp=unconfined'"),
    ],
    setting: 'docker',
    attack: 'opens raw, packet, vsock, crypto and netfilter sockets',
  },
  'a container has as much memory as it wants': {
    patches: [container('Memory: memoryBytes,', ''), container('MemorySwap: memoryBytes,', '')],
    setting: 'docker',
    attack: 'takes memory in eight processes, each within bounds',
  },
  'a container has as many processes as it wants': {
    patches: [
      container('PidsLimit: limits.pids + ownProcesses,', 'PidsLimit: ownProcesses * 1_000,'),
    ],
    setting: 'docker',
    attack: 'forks without end',
  },
  'a container has all processors': {
    patches: [container('CpuQuota: Math.max(1_000, Math.round(limits.cpus * cpuPeriodUs)),', '')],
    setting: 'docker',
    attack: 'uses more of the processors than its share',
  },
  'a container may have files of any size': {
    patches: [container('fsize: limits.fileBytes,', '')],
    setting: 'docker',
    attack: 'writes a file beyond the size limit',
  },
  'a container has a large /tmp': {
    patches: [container('`size=${limits.tmpBytes},mode=1777,exec`', "'size=1g,mode=1777,exec'")],
    setting: 'docker',
    attack: 'fills /tmp, /dev/shm and other memory-backed directories',
  },
  'the workspace of a container is not watched': {
    patches: [noWorkspaceWatch],
    setting: 'docker',
    attack: 'makes files without end',
  },
};

/** Runs the attack of a mutant against it; gives what got through. */
export async function breachWith(name: string, driver: readonly string[]): Promise<string | null> {
  const mutant = mutants[name];
  if (mutant === undefined) throw new Error(`There is no mutant ${name}.`);
  const [result] = await runAttacks({
    driver,
    unprivileged: mutant.setting === 'unprivileged',
    mutant: name,
    only: [mutant.attack],
  });
  return result?.breach ?? null;
}
