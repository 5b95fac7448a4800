/** Which entries a key signs, as people know from elsewhere than the log. */
export interface KeyLimit {
  /** Hex SHA-256 of the key's SPKI form. */
  id: string;
  /** First entry that the key signs. */
  first: number;
  /** Last entry that it signs; absent on the key that was the present one when they learnt it. */
  last?: number;
}

/**
 * What people know of the order of a log's keys. It may be older than the log: behind the last key
 * that is known, others may follow.
 */
export class KeyLimits {
  readonly #limits: readonly KeyLimit[];

  constructor(limits: readonly KeyLimit[] = []) {
    this.#limits = limits.toSorted((a, b) => a.first - b.first);
  }

  /** Number of entries that the log had when its present key was learnt. */
  get leastSize(): number {
    return this.#limits.at(-1)?.first ?? 0;
  }

  /** The first entry of a key, when it is known. */
  firstOf(id: string): number | undefined {
    return this.#of(id)?.first;
  }

  /** Whether a key may sign the entry at an index, or a checkpoint over so many entries. */
  covers(id: string, index: number): boolean {
    const own = this.#of(id);
    return own === undefined || this.allows({ id, first: own.first }, index);
  }

  /** Whether a key that is in force from an entry on may sign the one at an index. */
  allows({ id, first }: { id: string; first: number }, index: number): boolean {
    const newest = this.#limits.findLast((limit) => limit.first <= index);
    const own = this.#of(id);
    if (own) return own === newest && own.first === first && index <= (own.last ?? index);
    // A key that nobody has heard of follows one that is known to have ended, or the last one.
    return newest === undefined || first > (newest.last ?? newest.first);
  }

  /** Whether the entry at an index is right to hand over to the next key, or to none. */
  agreeOnChange(
    index: number,
    { present, next }: { present: string; next: string | undefined },
  ): boolean {
    const follower = this.#limits.find(({ first }) => first === index + 1);
    if (follower) return follower.id === next;
    const last = this.#of(present)?.last;
    if (next === undefined) return last !== index;
    return (last === undefined || last === index) && this.#of(next) === undefined;
  }

  #of(id: string): KeyLimit | undefined {
    return this.#limits.find((limit) => limit.id === id);
  }
}
