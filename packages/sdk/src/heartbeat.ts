import type { Clock } from './environment.ts';

/** How long a probe may stay unanswered, milliseconds. */
export const probeMs = 3_000;

/** Tells a silent connection from a dead one. */
export interface Heartbeat {
  /** Begins; the server pings every `intervalMs`. 0 turns the watch off, not the probes. */
  start(intervalMs: number): void;
  /** Something arrived. */
  heard(): void;
  /** Asks for a sign of life at once, after which anything that arrives will do. */
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
  let limitMs: number;
  let watchTimer: unknown;
  let probeTimer: unknown;

  const watch = () => {
    const leftMs = heardAt + limitMs - clock.now();
    if (leftMs > 0) watchTimer = clock.setTimeout(watch, leftMs);
    else dead();
  };
  const heard = () => {
    heardAt = clock.now();
    clock.clearTimeout(probeTimer);
    probeTimer = undefined;
  };

  return {
    heard,
    start(intervalMs) {
      heard();
      // Two heartbeats, and half of one as slack for a slow network.
      limitMs = 2.5 * intervalMs;
      if (intervalMs) watch();
    },
    probe() {
      // Waking a page fires several events; they share the first deadline.
      if (probeTimer !== undefined) return;
      probeTimer = clock.setTimeout(dead, probeMs);
      ping();
    },
    stop() {
      clock.clearTimeout(watchTimer);
      clock.clearTimeout(probeTimer);
      probeTimer = undefined;
    },
  };
}
