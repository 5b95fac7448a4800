import { setTimeout as delay } from 'node:timers/promises';
import type { ScenarioContext } from './scenario.ts';

/** Waits for what must happen, so that a scenario in which it never does still comes to its end. */
export type Soon = <T>(what: string, happening: Promise<T>) => Promise<T>;

/** Gives up with that sentence after the time in which a load would count as stalled. */
export function soonIn({ stallMs }: ScenarioContext): Soon {
  return async (what, happening) => {
    const spent = new AbortController();
    const never = delay(stallMs, undefined, { signal: spent.signal }).then(() => {
      throw new Error(`it never came about: ${what}`);
    });
    never.catch(() => undefined);
    try {
      return await Promise.race([happening, never]);
    } finally {
      spent.abort();
    }
  };
}

/** Resolves when it has become true, where nothing tells of it. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await delay(5);
}
