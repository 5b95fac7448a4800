/** Runs a task after those that were given the same key before; other keys do not wait. */
export type TakeTurn = <T>(key: string, task: () => Promise<T>) => Promise<T>;

/** Makes turns that hold nothing while no task runs. */
export function createTurns(): TakeTurn {
  const tails = new Map<string, Promise<void>>();
  return async (key, task) => {
    const before = tails.get(key);
    const { promise: done, resolve: finish } = Promise.withResolvers<void>();
    tails.set(key, done);
    try {
      await before;
      return await task();
    } finally {
      if (tails.get(key) === done) tails.delete(key);
      finish();
    }
  };
}
