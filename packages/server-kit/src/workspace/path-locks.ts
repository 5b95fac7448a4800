/** Runs tasks one after another where they share a path, and side by side where they do not. */
export interface PathLocks {
  /** Waits for the tasks that were given one of `paths` before, then runs `task`. */
  run<T>(paths: readonly string[], task: () => Promise<T>): Promise<T>;
}

/** Makes locks that hold nothing while no task runs. */
export function createPathLocks(): PathLocks {
  const tails = new Map<string, Promise<void>>();

  return {
    async run(paths, task) {
      const before = paths.map((path) => tails.get(path)).filter((tail) => tail !== undefined);
      const { promise: done, resolve: finish } = Promise.withResolvers<void>();
      // All paths are taken at once, before anything is awaited, so two tasks never wait for each other.
      for (const path of paths) tails.set(path, done);
      try {
        await Promise.all(before);
        return await task();
      } finally {
        for (const path of paths) if (tails.get(path) === done) tails.delete(path);
        finish();
      }
    },
  };
}
