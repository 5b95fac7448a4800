/** How many of something each key has at a time. */
export interface Counts {
  /** Whether one more fits, for this key and in all. */
  fits(key: string): boolean;
  /** Counts one more, also above the bounds. @returns Takes it back; a second call does nothing. */
  enter(key: string): () => void;
  readonly total: number;
}

/** Makes counts that are bounded per key and in all. */
export function createCounts({ perKey, inAll }: { perKey: number; inAll: number }): Counts {
  const held = new Map<string, number>();
  let total = 0;
  return {
    fits: (key) => total < inAll && (held.get(key) ?? 0) < perKey,
    enter(key) {
      held.set(key, (held.get(key) ?? 0) + 1);
      total += 1;
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        total -= 1;
        const left = (held.get(key) ?? 0) - 1;
        if (left > 0) held.set(key, left);
        else held.delete(key);
      };
    },
    get total() {
      return total;
    },
  };
}
