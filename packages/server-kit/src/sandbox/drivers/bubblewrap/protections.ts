import type { ProtectionStatus } from '@ide-assistant/sdk/protocol';
import type { Cgroups } from '../../cgroup/run-group.ts';
import type { SandboxLimits } from '../../limits.ts';
import type { ProtectionName } from '../../sandbox.ts';
import { interfacesOf, verdict } from '../../verdict.ts';
import { canWatchMemory } from '../../memory-watchdog.ts';
import { parseResourceLimits, type ResourceName, type ResourceValues } from './resource-limits.ts';

/** What the probe saw, inside the sandbox and around it. */
export interface ProbeFacts {
  /** Text of a section that the probe printed, empty when it printed none. */
  section: (name: string) => string;
  cgroups: Cgroups | undefined;
  /** Memory that the run's control group was charged, where the kernel tells. */
  peakBytes: number | undefined;
  /** The kernel's release, as `6.1.0-13-amd64`. */
  kernel: string;
  limits: SandboxLimits;
  /** Resource limits that were asked for. */
  wanted: Partial<ResourceValues>;
}

/** Grades each protection by what was seen, never by what was asked for alone. */
export function judgeProtections(facts: ProbeFacts): Record<ProtectionName, ProtectionStatus> {
  const status = (name: string): string | undefined =>
    new RegExp(`^${name}:\\s+(\\S+)$`, 'm').exec(facts.section('status'))?.[1];
  const none = (mask: string | undefined): boolean => /^0+$/.test(mask ?? '');
  const { section } = facts;
  const rlimit = resourceCheck(facts);

  return {
    filesystem: verdict(
      section('host') === '' && section('writable') === '',
      'mount namespace',
      `A program could reach ${section('host') || section('writable')}`.trim(),
    ),
    processes: verdict(
      section('first').trim() === 'bwrap' && section('processes').split('\n').length < 12,
      'pid namespace',
      'A program saw processes of the host.',
    ),
    network: verdict(
      interfacesOf(section('interfaces')).join() === 'lo',
      'network namespace',
      'A program saw network interfaces other than its own loopback.',
    ),
    syscalls: verdict(
      status('Seccomp') === '2' && section('namespace') === '',
      'seccomp',
      'The system call filter was not active.',
    ),
    privileges: verdict(
      none(status('CapEff')) && none(status('CapBnd')) && status('NoNewPrivs') === '1',
      'no capabilities, no-new-privileges',
      'A program had capabilities or could gain some.',
    ),
    memory: memoryStatus(facts, rlimit('data')),
    pids: pidsStatus(facts, rlimit('nproc')),
    cpu: cpuStatus(facts, rlimit('cpu')),
    fileSize: verdict(rlimit('fsize'), 'rlimit-fsize', 'The file size limit was not in force.'),
    disk: {
      level: 'best-effort',
      by: 'watch on the workspace',
      reason: 'The workspace has no quota: between two looks a program may write beyond its share.',
    },
    output: { level: 'enforced', by: 'server' },
    time: { level: 'enforced', by: 'SIGKILL of the pid namespace' },
  };
}

function absent(reason: string): ProtectionStatus {
  return { level: 'absent', by: 'none', reason };
}

function memoryStatus({ cgroups, peakBytes }: ProbeFacts, dataHeld: boolean): ProtectionStatus {
  if (cgroups?.controls.includes('memory')) {
    return verdict(
      // Before Linux 5.19 version 2 does not tell a peak, and then there is nothing to check.
      peakBytes === undefined ? cgroups.version === 2 : peakBytes > 0,
      `cgroup${cgroups.version}`,
      'The control group was charged nothing for a run.',
    );
  }
  if (!dataHeld) return absent('The limit on memory was not in force.');
  return {
    level: 'best-effort',
    by: canWatchMemory() ? 'rlimit-data+watchdog' : 'rlimit-data',
    reason: 'No memory control group is delegated to the server (systemd: Delegate=memory pids).',
  };
}

function cpuStatus({ cgroups }: ProbeFacts, held: boolean): ProtectionStatus {
  if (cgroups?.controls.includes('cpu')) {
    return { level: 'enforced', by: `cgroup${cgroups.version}` };
  }
  if (!held) return absent('The limit on processor time was not in force.');
  return {
    level: 'best-effort',
    by: 'rlimit-cpu+wall-clock',
    reason: 'Each process is held to its own processor time; their sum only to the clock.',
  };
}

function pidsStatus({ cgroups, kernel }: ProbeFacts, held: boolean): ProtectionStatus {
  if (cgroups?.controls.includes('pids'))
    return { level: 'enforced', by: `cgroup${cgroups.version}` };
  const [major = 0, minor = 0] = kernel.split('.').map(Number);
  // Since Linux 5.14 the limit counts within the user namespace, that is within the sandbox.
  const perSandbox = major > 5 || (major === 5 && minor >= 14);
  return verdict(
    held && perSandbox,
    'rlimit-nproc',
    'The limit on processes is not in force, or counts all processes of the user.',
  );
}

function resourceCheck({ section, wanted }: ProbeFacts): (name: ResourceName) => boolean {
  const seen = parseResourceLimits(section('limits'), 'hard');
  return (name) => wanted[name] !== undefined && seen[name] === wanted[name];
}
