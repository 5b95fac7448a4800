import { setTimeout as delay } from 'node:timers/promises';
import type { Container } from './container.ts';
import type { StartedExec } from './exec.ts';

/** How long the daemon may take to close a connection after the container is gone, milliseconds. */
const closesWithinMs = 1_000;

/** Ends a program before its time. */
export interface Killer<Reason> {
  kill(reason: Reason): void;
  /** What it was killed for, if it was. */
  reason(): Reason | undefined;
  /** Resolves when all output of the program has come, or when no more can be hoped for. */
  settled(exec: StartedExec): Promise<void>;
}

/**
 * Docker cannot kill what an exec has started, and what runs as the session's user inside may
 * fend off any signal from there. The end of the container is the end of all of it.
 */
export function createKiller<Reason>(container: Container): Killer<Reason> {
  let killedFor: Reason | undefined;
  const killed = Promise.withResolvers<void>();
  return {
    kill(reason) {
      if (killedFor !== undefined) return;
      killedFor = reason;
      container.destroy().then(killed.resolve, () => killed.resolve());
    },
    reason: () => killedFor,
    async settled({ ended, stream }) {
      const late = killed.promise.then(() => delay(closesWithinMs, undefined, { ref: false }));
      await Promise.race([ended, late]);
      stream.destroy();
      await ended;
    },
  };
}
