import type { Clock } from '@ide-assistant/sdk';

/** A clock for very many clients: it is moved by hand, in steps. */
export interface SteppedClock extends Clock {
  /** Timers that are set. */
  readonly size: number;
  /**
   * Lets time pass and calls what was due within it, in order, each at its time. What that sets is called
   * by a later step at the earliest.
   */
  step(ms: number): void;
}

/** Starts a clock at the present. */
export function createSteppedClock(): SteppedClock {
  const timers = new Map<number, { at: number; callback: () => void }>();
  let lastId = 0;
  let now = Date.now();
  return {
    now: () => now,
    setTimeout(callback, ms) {
      lastId += 1;
      timers.set(lastId, { at: now + ms, callback });
      return lastId;
    },
    clearTimeout: (id) => void timers.delete(id as number),
    get size() {
      return timers.size;
    },
    step(ms) {
      const end = now + ms;
      const due = [...timers].filter(([, { at }]) => at <= end);
      for (const [id, { at, callback }] of due.sort(([, a], [, b]) => a.at - b.at)) {
        // An earlier one may have taken it back.
        if (!timers.delete(id)) continue;
        now = Math.max(now, at);
        callback();
      }
      now = end;
    },
  };
}
