import type { CgroupLimits } from '../../cgroup/run-group.ts';
import type { Owner } from '../../session-owner.ts';
import { bubblewrapWords } from './launch.ts';
import { ended, killSandbox } from './run.ts';
import type { BubblewrapSetup } from './setup.ts';
import { holdServer, isWaiting, startWaitingShell, type WaitingShell } from './waiting-shell.ts';

/** How many wait at most: for sessions that have run something lately, and for any. */
const places = { own: 4, any: 1 };

/** How long one waits for something to do, milliseconds. */
const idleMs = 30_000;

/** Keeps a few {@link WaitingShell}s ready while runs come. */
export interface Gate {
  /**
   * Gives one whose group has these limits, started ahead if there is one.
   * @param owner whose sandbox it becomes; null for one that is to become it in a way of its own,
   * as in a terminal. `undefined`: the server's own user.
   * @throws as {@link startWaitingShell}.
   */
  take(limits: CgroupLimits, owner: Owner | undefined | null): WaitingShell;
  /** Starts what is missing for the next run of this owner; to be called when there is time. */
  refill(owner: Owner | undefined | null): void;
  /** Ends those that wait. */
  close(): Promise<void>;
}

interface Place {
  shell: WaitingShell;
  /** The user for whom it waits; null: for any. */
  uid: number | undefined | null;
}

/** Makes a gate in which nothing waits until the first run has ended. */
export function createGate(setup: BubblewrapSetup): Gate {
  let waiting: Place[] = [];
  let latest: CgroupLimits | undefined;
  let idle: NodeJS.Timeout | undefined;

  const close = async (): Promise<void> => {
    clearTimeout(idle);
    const ending = waiting;
    waiting = [];
    await Promise.all(ending.map(({ shell }) => dismiss(shell)));
  };
  const takeOf = (uid: Place['uid']): WaitingShell | undefined => {
    for (const place of waiting.filter((one) => one.uid === uid)) {
      waiting = waiting.filter((one) => one !== place);
      if (isWaiting(place.shell)) return place.shell;
      void dismiss(place.shell);
    }
    return undefined;
  };
  const add = (owner: Owner | undefined | null, most: number): void => {
    const uid = owner === null ? null : owner?.uid;
    const alike = waiting.filter((one) => (one.uid === null) === (uid === null));
    if (latest === undefined || alike.some((one) => one.uid === uid)) return;
    const ahead = owner === null ? undefined : `exec ${bubblewrapWords(setup, owner)}`;
    const shell = startWaitingShell(setup, latest, ahead);
    holdServer(shell, false);
    waiting.push({ shell, uid });
    const [oldest] = alike;
    if (alike.length < most || oldest === undefined) return;
    waiting = waiting.filter((one) => one !== oldest);
    void dismiss(oldest.shell);
  };

  return {
    take(limits, owner) {
      latest = limits;
      const shell = (owner === null ? undefined : takeOf(owner?.uid)) ?? takeOf(null);
      if (shell === undefined) return startWaitingShell(setup, limits);
      shell.group?.limit(limits);
      holdServer(shell, true);
      return shell;
    },
    refill(owner) {
      add(null, places.any);
      if (owner !== null) add(owner, places.own);
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
