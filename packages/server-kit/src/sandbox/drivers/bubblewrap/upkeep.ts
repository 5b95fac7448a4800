/** How long after a run the work that nobody waits for begins, milliseconds. */
const restMs = 20;

/**
 * Work that follows a run and that its outcome does not wait for: to clear away what is left of
 * it, and to make ready what the next one needs.
 */
export interface Upkeep {
  /** Does it soon, when the outcome is on its way. */
  soon(work: () => void | Promise<void>): void;
  /** Resolves when all of it is done; what has not begun begins at once. */
  done(): Promise<void>;
}

/** @param onError told of work that failed; nobody else would hear of it. */
export function createUpkeep(onError: (error: unknown) => void): Upkeep {
  let waiting: (() => void | Promise<void>)[] = [];
  let timer: NodeJS.Timeout | undefined;
  const running = new Set<Promise<void>>();

  const begin = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const works = waiting;
    waiting = [];
    for (const work of works) {
      const finished = (async () => work())()
        .catch(onError)
        .finally(() => running.delete(finished));
      running.add(finished);
    }
  };

  return {
    soon(work) {
      waiting.push(work);
      timer ??= setTimeout(begin, restMs);
    },
    async done() {
      while (waiting.length > 0 || running.size > 0) {
        begin();
        await Promise.all(running);
      }
    },
  };
}
