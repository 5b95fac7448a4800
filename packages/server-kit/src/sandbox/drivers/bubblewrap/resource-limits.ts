import type { SandboxLimits } from '../../limits.ts';

/** Options of prlimit(1) with the row of `/proc/self/limits` that shows each. */
const rows = {
  nproc: 'Max processes',
  nofile: 'Max open files',
  fsize: 'Max file size',
  cpu: 'Max cpu time',
  core: 'Max core file size',
  memlock: 'Max locked memory',
  msgqueue: 'Max msgqueue size',
  data: 'Max data size',
} as const;

/** A resource limit by its prlimit name. */
export type ResourceName = keyof typeof rows;

/** Soft or hard values; `Infinity` where there is none. */
export type ResourceValues = Record<ResourceName, number>;

/** Reads the values of one column of `/proc/<pid>/limits`. */
export function parseResourceLimits(text: string, column: 'soft' | 'hard'): ResourceValues {
  const values = {} as ResourceValues;
  for (const [name, label] of Object.entries(rows) as [ResourceName, string][]) {
    const [, soft, hard] = new RegExp(`^${label} +(\\S+) +(\\S+)`, 'm').exec(text) ?? [];
    const value = column === 'soft' ? soft : hard;
    values[name] = value === undefined || value === 'unlimited' ? Infinity : Number(value);
  }
  return values;
}

/**
 * Address space that V8 maps writable for code without ever filling it, bytes: 512 MiB for the
 * program and as much for each worker thread. Node does not start without the first, and commands
 * of a shell may well be Node.
 */
const codeRangeBytes = 2 * 536_870_912;

/**
 * What prlimit is asked for. A limit above the server's own hard limit cannot be set, so that one
 * is taken instead.
 * @param watched whether no control group counts memory, so that each process is held by itself.
 */
export function resourceLimits(
  limits: SandboxLimits,
  hard: ResourceValues,
  { watched }: { watched: boolean },
): Partial<ResourceValues> {
  const wanted: Partial<ResourceValues> = {
    nproc: limits.pids,
    nofile: limits.openFiles,
    fsize: limits.fileBytes,
    cpu: limits.cpuSeconds,
    core: 0,
    memlock: 65_536,
    msgqueue: 0,
    // Not the address space: V8 and wasm reserve far more of that still. This is only the net
    // below the watchdog, which holds all processes together to what is really used.
    ...(watched && { data: limits.memoryBytes * 2 + codeRangeBytes }),
  };
  for (const [name, value] of Object.entries(wanted) as [ResourceName, number][]) {
    wanted[name] = Math.min(value, hard[name]);
  }
  return wanted;
}

/** The limits as options of prlimit. */
export function prlimitOptions(limits: Partial<ResourceValues>): string[] {
  return Object.entries(limits).map(([name, value]) => `--${name}=${value}`);
}
