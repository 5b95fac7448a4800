import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '@ide-assistant/sdk';

/** The clock of a client, moved by hand. */
export interface VirtualClock extends Clock {
  /**
   * Timers are called at whole multiples of this only, as those of a page that nobody sees; 0 lets each be
   * called when it is due.
   */
  throttleMs: number;
  /** Lets time pass; what falls due is called at its time, and sockets get a turn after each. */
  pass(ms: number): Promise<void>;
  /**
   * Lets the machine sleep: the wall clock moves, and nothing is called meanwhile. Whether the sleep
   * counts for timers differs from system to system; where it does, the next `pass` calls what is overdue.
   */
  sleep(ms: number, timers: 'count' | 'stand still'): void;
}

/** Starts a clock at the present. */
export function createVirtualClock(): VirtualClock {
  const timers = new Map<number, { at: number; callback: () => void }>();
  let lastId = 0;
  // Timers follow a clock of their own, which a sleep may stop.
  let monotonic = 0;
  let sleptMs = Date.now();

  const dueAt = (at: number) =>
    clock.throttleMs > 0 ? Math.ceil(at / clock.throttleMs) * clock.throttleMs : at;
  const nextUntil = (end: number) =>
    [...timers.entries()]
      .map(([id, { at, callback }]) => ({ id, callback, at: dueAt(at) }))
      .filter(({ at }) => at <= end)
      .sort((a, b) => a.at - b.at || a.id - b.id)[0];

  const clock: VirtualClock = {
    throttleMs: 0,
    now: () => sleptMs + monotonic,
    setTimeout(callback, ms) {
      lastId += 1;
      timers.set(lastId, { at: monotonic + ms, callback });
      return lastId;
    },
    clearTimeout: (id) => void timers.delete(id as number),
    async pass(ms) {
      const end = monotonic + ms;
      for (let next = nextUntil(end); next; next = nextUntil(end)) {
        monotonic = Math.max(monotonic, next.at);
        timers.delete(next.id);
        next.callback();
        await nextTurn();
      }
      monotonic = end;
    },
    sleep(ms, kind) {
      if (kind === 'count') monotonic += ms;
      else sleptMs += ms;
    },
  };
  return clock;
}
