/** What went wrong in one run. */
export interface Tally {
  /** Requests whose caller got no answer, or that had no effect. */
  lost: number;
  /** What happened once more: an effect on the server, or a push at the client. */
  doubled: number;
  /** Pushes of the server that the client never got. */
  missed: number;
}

/** Notes what happened to the requests and pushes of one run, each by its number. */
export interface Ledger {
  /** The server did what request `index` asks for. */
  tookEffect(index: number): void;
  /** The caller of request `index` has its answer. */
  answered(index: number): void;
  /** Numbers the next push: 1, 2, 3 … */
  nextPush(): number;
  /** The client got a push. */
  received(number: number): void;
  /** Resolves once push `number`, or one after it, has been received. */
  caughtUp(number: number): Promise<void>;
  tally(requests: number): Tally;
}

/** Creates an empty ledger. */
export function createLedger(): Ledger {
  const effects = new Map<number, number>();
  const answers = new Set<number>();
  const arrivals = new Map<number, number>();
  const waiting = new Map<() => void, number>();
  let pushed = 0;
  let latest = 0;

  return {
    tookEffect: (index) => add(effects, index),
    answered: (index) => void answers.add(index),
    nextPush: () => (pushed += 1),
    received(number) {
      add(arrivals, number);
      latest = Math.max(latest, number);
      for (const [resolve, awaited] of waiting) {
        if (awaited > latest) continue;
        waiting.delete(resolve);
        resolve();
      }
    },
    caughtUp: (number) =>
      new Promise((resolve) => {
        if (number <= latest) resolve();
        else waiting.set(resolve, number);
      }),
    tally(requests) {
      const indexes = Array.from({ length: requests }, (_, index) => index);
      return {
        lost: indexes.filter((index) => !answers.has(index) || !effects.has(index)).length,
        doubled: repeats(effects) + repeats(arrivals),
        missed: pushed - arrivals.size,
      };
    },
  };
}

function add(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function repeats(counts: ReadonlyMap<number, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count - 1, 0);
}
