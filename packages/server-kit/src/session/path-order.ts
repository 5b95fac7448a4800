/** Lets one client's requests on one path take effect in the order in which they came. */
export interface PathOrder {
  /** Takes a place behind all earlier requests on any of these keys. */
  enter(keys: readonly string[]): Place;
}

/** A place in the order. */
export interface Place {
  /** Resolves when all earlier requests have left. */
  turn: Promise<void>;
  /** Lets the next one go; may be called more than once. */
  leave(): void;
}

/** Orders by key; a key without requests takes no memory. */
export function createPathOrder(): PathOrder {
  const tails = new Map<string, Promise<void>>();
  return {
    enter(keys) {
      const turn = Promise.all(keys.map((key) => tails.get(key) ?? Promise.resolve())).then(
        () => undefined,
      );
      let leave: () => void = () => undefined;
      const left = new Promise<void>((resolve) => {
        leave = resolve;
      });
      // Who leaves before his turn, as a repeat that is answered from the store, lets nobody past those
      // who still work.
      const tail = Promise.all([turn, left]).then(() => {
        for (const key of keys) if (tails.get(key) === tail) tails.delete(key);
      });
      for (const key of keys) tails.set(key, tail);
      return { turn, leave };
    },
  };
}
