import type { SandboxLimits } from '../../limits.ts';
import type { Container } from './container.ts';

/** The containers of one session. */
export interface Pool {
  /**
   * Lends a container of these limits to one program. When all are lent, they are lent again in
   * the order in which they were asked for.
   * @returns undefined when the signal came first.
   * @throws what the daemon says when it starts none.
   */
  lease(limits: SandboxLimits, signal?: AbortSignal): Promise<Container | undefined>;
  /**
   * Takes it back. One that is not as it was is removed.
   * @returns false when the daemon did not remove it.
   */
  release(container: Container, options: { clean: boolean }): Promise<boolean>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Removes all. */
  close(): Promise<void>;
}

/** What {@link createPool} needs. */
export interface PoolOptions {
  /** Most containers at once. */
  most: number;
  /** What a container must have as its key to be of use for these limits. */
  keyOf: (limits: SandboxLimits) => Promise<string>;
  start: (limits: SandboxLimits, key: string) => Promise<Container>;
}

/**
 * A container may be lent to one program alone, since nothing but the end of everything inside
 * surely ends all that a program has started. One that is not lent is kept for the next.
 */
export function createPool({ most, keyOf, start }: PoolOptions): Pool {
  const lent = new Set<Container>();
  /** Those that the daemon did not remove when it was asked to. */
  const stuck = new Set<Container>();
  const waiting: (() => void)[] = [];
  let kept: Container | undefined;
  /** Places that are taken, by containers that are lent or being started. */
  let taken = 0;

  const discard = async (container: Container): Promise<void> => {
    try {
      await container.destroy();
      stuck.delete(container);
    } catch {
      stuck.add(container);
    }
  };

  const takePlace = async (signal?: AbortSignal): Promise<boolean> => {
    if (signal?.aborted) return false;
    if (taken < most && waiting.length === 0) {
      taken += 1;
      return true;
    }
    const turn = Promise.withResolvers<boolean>();
    const take = (): void => {
      taken += 1;
      turn.resolve(true);
    };
    waiting.push(take);
    const leave = (): void => {
      const at = waiting.indexOf(take);
      if (at !== -1) waiting.splice(at, 1);
      turn.resolve(false);
    };
    signal?.addEventListener('abort', leave, { once: true });
    try {
      return await turn.promise;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  };

  const leavePlace = (): void => {
    taken -= 1;
    waiting.shift()?.();
  };

  const takeKept = async (key: string): Promise<Container | undefined> => {
    const container = kept;
    if (container === undefined) return undefined;
    const fits = container.key === key && container.isAlive();
    if (!fits && container.isAlive() && taken < most) return undefined;
    kept = undefined;
    if (fits) return container;
    await discard(container);
    return undefined;
  };

  /** Keeps the one that was used last, and gives the one that is not kept for that. */
  const keep = (container: Container): Container | undefined => {
    if (kept?.isAlive() && kept.key === container.key) return container;
    const spare = kept;
    kept = container;
    return spare;
  };

  return {
    async lease(limits, signal) {
      if (!(await takePlace(signal))) return undefined;
      try {
        await Promise.all([...stuck].map(discard));
        const key = await keyOf(limits);
        const container = (await takeKept(key)) ?? (await start(limits, key));
        lent.add(container);
        return container;
      } catch (error) {
        leavePlace();
        throw error;
      }
    },
    async release(container, { clean }) {
      const spare = clean && container.isAlive() ? keep(container) : container;
      if (spare) await discard(spare);
      lent.delete(container);
      leavePlace();
      return !stuck.has(container);
    },
    async pause() {
      await each([...lent, ...(kept ? [kept] : [])], (container) => container.pause());
    },
    async resume() {
      await each([...lent, ...(kept ? [kept] : [])], (container) => container.unpause());
    },
    async close() {
      if (kept) await discard(kept);
      kept = undefined;
      await Promise.all([...lent, ...stuck].map(discard));
    },
  };
}

/** One that is gone meanwhile shows when it is used. */
async function each(
  containers: readonly Container[],
  work: (container: Container) => Promise<void>,
): Promise<void> {
  await Promise.allSettled(containers.map(work));
}
