import type { Clock } from './environment.ts';

/** How long a probe may stay unanswered at most, milliseconds. */
export const probeMs = 3_000;

/** Tells a silent connection from a dead one. */
export interface Heartbeat {
  /** Begins; the server pings every `intervalMs`. 0 turns the watch off, not the probes. */
  start(intervalMs: number): void;
  /** The server has answered, so that both directions work. */
  heard(): void;
  /** Asks for an answer at once; any answer will do. */
  probe(): void;
  /** Ends; no timer is left. */
  stop(): void;
}

/**
 * Creates a heartbeat. A timer only decides when to look; whether the peer is dead is judged by the
 * wall clock, because timers are throttled in hidden tabs and stand still while a machine sleeps.
 */
export function createHeartbeat(clock: Clock, ping: () => void, dead: () => void): Heartbeat {
  let heardAt: number;
  let halfMs: number;
  let watchTimer: unknown;
  let probeTimer: unknown;

  // After one heartbeat and a half it asks, and half a heartbeat later it knows. A machine that has
  // slept gets the same question: its clock has jumped, but its socket may be alive.
  const watch = () => {
    const leftMs = heardAt + 3 * halfMs - clock.now();
    watchTimer = clock.setTimeout(watch, leftMs > 0 ? leftMs : halfMs);
    if (leftMs <= 0) probe();
  };
  const heard = () => {
    heardAt = clock.now();
    clock.clearTimeout(probeTimer);
    probeTimer = undefined;
  };

  function probe() {
    // Waking a page fires several events; they share the first deadline.
    if (probeTimer !== undefined) return;
    probeTimer = clock.setTimeout(dead, Math.min(probeMs, halfMs));
    ping();
  }

  return {
    heard,
    start(intervalMs) {
      heard();
      halfMs = intervalMs / 2 || Infinity;
      watch();
    },
    probe,
    stop() {
      clock.clearTimeout(watchTimer);
      heard();
    },
  };
}
