import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** What a control group holds the processes of one run to. */
export interface CgroupLimits {
  memoryBytes: number;
  pids: number;
  /** Processors that they use together. */
  cpus: number;
}

/** The kernel's usual period over which processor time is shared out, microseconds. */
export const cpuPeriodUs = 100_000;

/** The groups of one run. */
export interface RunCgroup {
  /** Files to which a process writes `0` to join. */
  readonly joinFiles: readonly string[];
  /** Sets other limits than those that the group was made with. */
  limit(limits: CgroupLimits): void;
  /** How often the kernel killed a process of the group for want of memory. */
  outOfMemoryKills(): number;
  /** Most memory that was in use, bytes; `undefined` where the kernel does not tell. */
  peakBytes(): number | undefined;
  /** Processor time used, milliseconds; `undefined` where nothing counts it. */
  cpuMs(): number | undefined;
  /** Stops all processes of the group; resolves when the last one has stopped. */
  freeze(): Promise<void>;
  thaw(): void;
  /** Removes the groups once their last process is gone. */
  remove(): Promise<void>;
}

/** What control groups are good for here. */
export type CgroupControl = 'memory' | 'pids' | 'cpu' | 'cpuTime' | 'freeze';

/** Control groups under the server's own, so that its own limits keep holding for the runs. */
export interface Cgroups {
  readonly version: 1 | 2;
  readonly controls: readonly CgroupControl[];
  /** @throws the file system's error when a group cannot be made. */
  create(limits: CgroupLimits): RunCgroup;
}

/** Groups are called after the server's process, so that a later server can tell whose are left. */
export const groupPrefix = 'ide-assistant-';

/** A name for a run's group that no other run has. */
export function groupName(): string {
  return `${groupPrefix}${process.pid}-${randomBytes(6).toString('hex')}`;
}

/** Whether groups can be made here, tried by making one. Also clears what dead servers left. */
export function canCreateIn(directory: string, make: (directory: string) => void): boolean {
  const trial = join(directory, groupName());
  try {
    make(trial);
    rmdirSync(trial);
  } catch {
    // Read-only, not ours, or the controller's files are missing: whatever it is, it cannot be used.
    return false;
  }
  sweep(directory);
  return true;
}

function sweep(directory: string): void {
  for (const name of readdirSync(directory)) {
    const pid = new RegExp(`^${groupPrefix}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    try {
      rmdirSync(join(directory, name));
    } catch {
      // Another server may be clearing the same one.
    }
  }
}

/**
 * Removes groups, waiting for the kernel to let go of processes that are already dead. One that
 * stays busy is left to the next server's sweep.
 */
export async function removeGroups(directories: readonly string[]): Promise<void> {
  for (const directory of directories) {
    for (let waitMs = 1; waitMs <= 1_024; waitMs *= 2) {
      const busy = await rmdir(directory).then(
        () => false,
        (error: NodeJS.ErrnoException) => error.code === 'EBUSY',
      );
      if (!busy) break;
      await delay(waitMs);
    }
  }
}

/** Longest wait for the kernel to do what a group was told, milliseconds. */
const settleMs = 1_000;

/** Waits until the kernel has done what it was told, which it does shortly after. */
export async function settled(done: () => boolean): Promise<void> {
  const since = performance.now();
  while (!done() && performance.now() - since < settleMs) await delay(1);
}

/** Reads a group's file; `undefined` when there is none. */
export function readText(file: string | undefined): string | undefined {
  return file !== undefined && existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** Reads `name 3` out of a group's key-value file. */
export function readCounter(file: string | undefined, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(readText(file) ?? '')?.[1] ?? 0);
}

/** Reads a file that holds one number. */
export function readNumber(file: string | undefined): number | undefined {
  const text = readText(file);
  return text === undefined ? undefined : Number(text);
}
