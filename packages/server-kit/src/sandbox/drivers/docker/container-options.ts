import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type Docker from 'dockerode';
import type { SandboxLimits } from '../../limits.ts';
import { dockerProfile } from '../../seccomp/docker-profile.ts';
import { isFilterArch } from '../../seccomp/filter.ts';
import { workspaceDirectory } from '../../places.ts';
import { wardenScriptPath } from './warden-script.ts';

/** What a container fixes when it is made, so that other values of it need another container. */
export const containerLimits = [
  'memoryBytes',
  'cpus',
  'pids',
  'openFiles',
  'fileBytes',
  'tmpBytes',
] as const satisfies readonly (keyof SandboxLimits)[];

/** Labels by which containers of servers that are gone are found. */
export const labels = {
  session: 'ide-assistant.session',
  /** Process id of the server. */
  server: 'ide-assistant.server',
  /** Where that process id means something. */
  host: 'ide-assistant.host',
} as const;

/** Value of the label `host`: the machine, and on Linux the namespace in which it counts processes. */
export function hostLabel(): string {
  const space = process.platform === 'linux' ? readlinkSync('/proc/self/ns/pid') : '';
  return `${hostname()} ${space}`.trimEnd();
}

/** What {@link containerOptions} needs. */
export interface ContainerSpec {
  /** The image, and the directories that it declares as volumes. */
  image: string;
  volumes: readonly string[];
  runtime: string | undefined;
  sessionId: string;
  limits: SandboxLimits;
  /** Host path of the workspace. */
  workspace: string;
  /** Host path of a directory with `run`, `etc/passwd` and `etc/group`. */
  files: string;
}

/** Less than this Docker refuses, bytes. */
const leastMemoryBytes = 6_291_456;

/** Docker's API has it since 1.41, its types do not. */
type HostConfig = Docker.HostConfig & { CgroupnsMode: 'private' };

/** What Docker is asked for: a container in which root has no power and others less. */
export function containerOptions(spec: ContainerSpec): Docker.ContainerCreateOptions {
  const { limits, files } = spec;
  const memoryBytes = Math.max(limits.memoryBytes, leastMemoryBytes);
  const shmBytes = Math.ceil(limits.tmpBytes / 4);
  const hostConfig: HostConfig = {
    Init: true,
    NetworkMode: 'none',
    IpcMode: 'private',
    CgroupnsMode: 'private',
    ReadonlyRootfs: true,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges', ...filterOptions()],
    Memory: memoryBytes,
    // Memory and swap together, so that there is no swap.
    MemorySwap: memoryBytes,
    PidsLimit: limits.pids + ownProcesses,
    // Docker's NanoCpus is the same, but refuses more than the machine has.
    CpuPeriod: cpuPeriodUs,
    CpuQuota: Math.max(1_000, Math.round(limits.cpus * cpuPeriodUs)),
    Ulimits: Object.entries({
      nofile: limits.openFiles,
      fsize: limits.fileBytes,
      core: 0,
      memlock: 65_536,
      msgqueue: 0,
    }).map(([Name, value]) => ({ Name, Soft: value, Hard: value })),
    ShmSize: shmBytes,
    Tmpfs: {
      '/tmp': `size=${limits.tmpBytes},mode=1777,exec`,
      // A declared volume is made on the host's disk and may be written, so it is covered.
      ...Object.fromEntries(spec.volumes.map((volume) => [volume, 'size=4k,mode=755,ro'])),
    },
    LogConfig: { Type: 'none', Config: {} },
    Mounts: [
      bind(spec.workspace, workspaceDirectory, false),
      bind(`${files}/run`, '/run', true),
      bind(`${files}/etc/passwd`, '/etc/passwd', true),
      bind(`${files}/etc/group`, '/etc/group', true),
    ],
    ...(spec.runtime !== undefined && { Runtime: spec.runtime }),
  };
  return {
    Image: spec.image,
    Labels: {
      [labels.session]: spec.sessionId,
      [labels.server]: String(process.pid),
      [labels.host]: hostLabel(),
    },
    Hostname: 'sandbox',
    User: '0:0',
    WorkingDir: '/',
    Entrypoint: ['/bin/sh', wardenScriptPath],
    Cmd: [],
    Healthcheck: { Test: ['NONE'] },
    AttachStdin: true,
    AttachStdout: true,
    OpenStdin: true,
    // The connection's end is the end of the container.
    StdinOnce: true,
    HostConfig: hostConfig,
  };
}

/** Docker's own profile holds where there is no filter for the processor. */
function filterOptions(): string[] {
  const { arch } = process;
  return isFilterArch(arch) ? [`seccomp=${JSON.stringify(dockerProfile(arch))}`] : [];
}

const cpuPeriodUs = 100_000;

/** The init program, the warden, the script around a program and what that forks. */
const ownProcesses = 4;

function bind(source: string, target: string, readOnly: boolean): Docker.MountSettings {
  const Propagation = 'rprivate' as const;
  return {
    Type: 'bind',
    Source: source,
    Target: target,
    ReadOnly: readOnly,
    BindOptions: { Propagation },
  };
}
