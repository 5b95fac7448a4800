import type { SandboxLimits } from '../../limits.ts';

/** Resource limits with the row of `/proc/self/limits` that shows each. */
const rows = {
  nproc: 'Max processes',
  nofile: 'Max open files',
  fsize: 'Max file size',
  cpu: 'Max cpu time',
  core: 'Max core file size',
  memlock: 'Max locked memory',
  data: 'Max data size',
} as const;

/** A resource limit by the name that getrlimit(2) gives it. */
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
 * What a run is held to. A limit above the server's own hard limit cannot be set, so that one is
 * taken instead; and a shell sets some in larger units than bytes.
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
    // Not the address space: V8 and wasm reserve far more of that still. This is only the net
    // below the watchdog, which holds all processes together to what is really used.
    ...(watched && { data: limits.memoryBytes * 2 + codeRangeBytes }),
  };
  for (const [name, value] of Object.entries(wanted) as [ResourceName, number][]) {
    const unit = shellUnits[name] ?? 1;
    wanted[name] = Math.floor(Math.min(value, hard[name]) / unit) * unit;
  }
  return wanted;
}

/** Letters of the shell's own `ulimit`; that of `nproc` differs from shell to shell. */
const letters: Record<Exclude<ResourceName, 'nproc'>, string> = {
  nofile: 'n',
  fsize: 'f',
  cpu: 't',
  core: 'c',
  memlock: 'l',
  data: 'd',
};

/** Units in which POSIX shells count, bytes; the others count in ones. */
const shellUnits: Partial<Record<ResourceName, number>> = {
  fsize: 512,
  core: 512,
  memlock: 1_024,
  data: 1_024,
};

/** The limits as commands for a shell, which sets them without starting one more program. */
export function ulimitCommands(limits: Partial<ResourceValues>, nprocLetter: NprocLetter): string {
  return (Object.entries(limits) as [ResourceName, number][])
    .map(([name, value]) => {
      const letter = name === 'nproc' ? nprocLetter : letters[name];
      return `ulimit -${letter} ${value / (shellUnits[name] ?? 1)}`;
    })
    .join('; ');
}

/** The letter by which a shell limits processes: `u` in bash and ksh, `p` in dash and BusyBox. */
export type NprocLetter = 'u' | 'p';
