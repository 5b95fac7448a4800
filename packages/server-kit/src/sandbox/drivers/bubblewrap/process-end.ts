import { readFileSync } from 'node:fs';
import { setImmediate, setTimeout as delay } from 'node:timers/promises';

/** A process that a reused id cannot be mistaken for. */
export interface ProcessHandle {
  pid: number;
  /** When it started, in ticks since boot. */
  startTime: string;
}

/** Takes hold of a running process; `undefined` when it is gone already. */
export function processHandle(pid: number): ProcessHandle | undefined {
  const stat = readStat(pid);
  return stat === undefined ? undefined : { pid, startTime: stat.startTime };
}

/**
 * Waits until a process is gone or a mere zombie. For the first process of a pid namespace this is
 * when every other process in it is gone, too: the kernel ends them all before it lets go of that
 * one. A program that closed its output would otherwise outlive the pipes for a moment.
 */
export async function processEnd({ pid, startTime }: ProcessHandle): Promise<void> {
  for (let looks = 0; ; looks++) {
    const stat = readStat(pid);
    if (stat === undefined || stat.startTime !== startTime || stat.state === 'Z') return;
    // Most are gone within a fraction of a millisecond, which is less than a timer can wait.
    if (looks < 8) await setImmediate();
    else await delay(Math.min(2 ** (looks - 8), 50));
  }
}

/** Kills it if it is still there. */
export function killProcess({ pid, startTime }: ProcessHandle): void {
  if (readStat(pid)?.startTime === startTime) sendKill(pid);
}

/** Kills by id, or by group where that is negative; what has just ended by itself is no failure. */
export function sendKill(id: number): void {
  try {
    process.kill(id, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function readStat(pid: number): { state: string; startTime: string } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name before the last parenthesis may hold anything. See proc_pid_stat(5): state is field
  // 3, the start time field 22.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', startTime: fields[19] ?? '' };
}
