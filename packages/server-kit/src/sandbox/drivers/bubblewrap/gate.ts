import type { CgroupLimits } from '../../cgroup/run-group.ts';
import { ended, killSandbox } from './run.ts';
import type { BubblewrapSetup } from './setup.ts';
import { holdServer, isWaiting, startWaitingShell, type WaitingShell } from './waiting-shell.ts';

/** How many shells wait at most, so many runs can begin at once without their start showing. */
const places = 2;

/** How long one waits for something to do, milliseconds. */
const idleMs = 30_000;

/** Keeps a few {@link WaitingShell}s ready while runs come. */
export interface Gate {
  /**
   * Gives one whose group has these limits, started ahead if there is one.
   * @throws as {@link startWaitingShell}.
   */
  take(limits: CgroupLimits): WaitingShell;
  /** Starts what is missing; to be called when there is time for it. */
  refill(): void;
  /** Ends those that wait. */
  close(): Promise<void>;
}

/** Makes a gate in which nothing waits until the first run has ended. */
export function createGate(setup: BubblewrapSetup): Gate {
  let waiting: WaitingShell[] = [];
  let latest: CgroupLimits | undefined;
  let idle: NodeJS.Timeout | undefined;

  const close = async (): Promise<void> => {
    clearTimeout(idle);
    const ending = waiting;
    waiting = [];
    await Promise.all(ending.map(dismiss));
  };

  return {
    take(limits) {
      latest = limits;
      for (let shell = waiting.pop(); shell !== undefined; shell = waiting.pop()) {
        if (!isWaiting(shell)) {
          void dismiss(shell);
          continue;
        }
        shell.group?.limit(limits);
        holdServer(shell, true);
        return shell;
      }
      return startWaitingShell(setup, limits);
    },
    refill() {
      if (latest === undefined) return;
      while (waiting.length < places) {
        const shell = startWaitingShell(setup, latest);
        holdServer(shell, false);
        waiting.push(shell);
      }
      clearTimeout(idle);
      idle = setTimeout(() => void close(), idleMs).unref();
    },
    close,
  };
}

/** Ends one that still waits or runs; resolves when no process of it is left. */
export async function endSandbox(shell: WaitingShell): Promise<void> {
  if (!isWaiting(shell)) return;
  holdServer(shell, true);
  const gone = ended(shell);
  killSandbox(shell);
  await gone;
}

async function dismiss(shell: WaitingShell): Promise<void> {
  await endSandbox(shell);
  await shell.group?.remove();
}
