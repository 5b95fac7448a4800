import type { ProtectionStatus } from '@ide-assistant/sdk/protocol';
import type { SandboxLimits } from '../../limits.ts';
import type { ProtectionName } from '../../sandbox.ts';
import { interfacesOf, verdict } from '../../verdict.ts';
import type { limitFiles } from './probe-script.ts';

/** What the probe saw inside a container. */
export interface ProbeFacts {
  /** Text of a section that the probe printed, empty when it printed none. */
  section: (name: string) => string;
  limits: SandboxLimits;
}

type LimitFile = (typeof limitFiles)[number];

/** Grades each protection by what was seen, never by what was asked for alone. */
export function judgeProtections(facts: ProbeFacts): Record<ProtectionName, ProtectionStatus> {
  const { section, limits } = facts;
  const status = (name: string): string | undefined =>
    new RegExp(`^${name}:\\s+(\\S+)$`, 'm').exec(section('status'))?.[1];
  const none = (mask: string | undefined): boolean => /^0+$/.test(mask ?? '');
  const held = resourceCheck(section('limits'));

  return {
    filesystem: verdict(
      section('host') === '' && section('writable') === '',
      'container',
      'A program could reach or change more than its workspace.',
    ),
    processes: verdict(
      section('processes').trim().split('\n').length < 12,
      'pid namespace',
      'A program saw processes of the host.',
    ),
    network: verdict(
      interfacesOf(section('interfaces')).join() === 'lo',
      'network namespace',
      'A program saw network interfaces other than its own loopback.',
    ),
    syscalls: verdict(
      status('Seccomp') === '2',
      'seccomp profile of Docker',
      'No system call filter was active.',
    ),
    privileges: verdict(
      none(status('CapEff')) && none(status('CapBnd')) && status('NoNewPrivs') === '1',
      'no capabilities, no-new-privileges',
      'A program had capabilities or could gain some.',
    ),
    ...groupProtections(facts),
    fileSize: verdict(
      held('Max file size', limits.fileBytes),
      'rlimit-fsize',
      'The file size limit was not in force.',
    ),
    disk: {
      level: 'best-effort',
      by: 'watch on the workspace',
      reason: 'The workspace has no quota: between two looks a program may write beyond its share.',
    },
    output: { level: 'enforced', by: 'server' },
    time: { level: 'enforced', by: 'end of the container' },
  };
}

/** What the container's control group holds, by the limits that were seen in it. */
function groupProtections({
  section,
  limits,
}: ProbeFacts): Pick<Record<ProtectionName, ProtectionStatus>, 'memory' | 'pids' | 'cpu'> {
  const seen = new Map(
    section('groups')
      .split('\n')
      .map((line): [string, string] => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? '']),
  );
  const value = (version2: LimitFile, version1: LimitFile): number =>
    Number(seen.get(version2) ?? seen.get(version1));
  const by = seen.has('pids.max') || seen.has('memory.max') ? 'cgroup2' : 'cgroup1';

  const memory = value('memory.max', 'memory/memory.limit_in_bytes');
  const swap = seen.get('memory.swap.max');
  const together = seen.get('memory/memory.memsw.limit_in_bytes');
  const withoutSwap = swap === undefined ? Number(together) === memory : swap === '0';
  const noLimit = (what: string): string => `The limit on ${what} was not in force.`;
  return {
    memory:
      memory === limits.memoryBytes && !withoutSwap
        ? { level: 'best-effort', by, reason: 'This kernel does not hold a container to its swap.' }
        : verdict(memory === limits.memoryBytes, by, noLimit('memory')),
    pids: verdict(
      // The container's own few come on top.
      value('pids.max', 'pids/pids.max') - limits.pids < 8,
      by,
      noLimit('processes'),
    ),
    cpu: verdict(
      value('cpu.max', 'cpu/cpu.cfs_quota_us') === Math.round(limits.cpus * 100_000),
      by,
      noLimit('the share of the processor'),
    ),
  };
}

function resourceCheck(table: string): (label: string, wanted: number) => boolean {
  return (label, wanted) => {
    const hard = new RegExp(`^${label} +\\S+ +(\\S+)`, 'm').exec(table)?.[1];
    return Number(hard) === wanted;
  };
}
