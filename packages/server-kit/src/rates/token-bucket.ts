/** Counts what each key takes against an allowance that refills steadily. */
export interface TokenBuckets {
  /**
   * Takes one from the allowance of a key.
   *
   * @returns 0 when it was there; otherwise how long until it is, milliseconds, and nothing is taken.
   * `Infinity` where it never is.
   */
  take(key: string): number;
  /** Keys that are remembered. */
  readonly size: number;
}

/** How often the keys whose allowance is full again are forgotten: once in so many takes. */
const takesPerSweep = 1_024;

/**
 * Makes buckets that hold `burst` and gain `count` in each `periodMs`. Kept as one number per key,
 * the moment at which its bucket is full again (generic cell rate algorithm, ITU-T I.371).
 *
 * @param count `Infinity` limits nothing, and 0 lets nothing pass, as a `burst` below 1 does.
 */
export function createTokenBuckets({
  count,
  periodMs,
  burst,
  clock,
}: {
  count: number;
  periodMs: number;
  burst: number;
  clock: () => number;
}): TokenBuckets {
  const fullAt = new Map<string, number>();
  const intervalMs = periodMs / count;
  const depthMs = intervalMs * burst;
  let takes = 0;

  return {
    take(key) {
      if (count === Infinity) return 0;
      if (count === 0 || burst < 1) return Infinity;
      const now = clock();
      sweep(now);
      const known = fullAt.get(key) ?? now;
      // A clock that was set back would otherwise lock everybody out until it has caught up.
      const full = known - now > depthMs ? now : Math.max(known, now);
      const next = full + intervalMs;
      if (next - now > depthMs) return Math.ceil(next - now - depthMs);
      fullAt.set(key, next);
      return 0;
    },
    get size() {
      return fullAt.size;
    },
  };

  function sweep(now: number): void {
    takes += 1;
    if (takes % takesPerSweep !== 0) return;
    for (const [key, full] of fullAt) if (full <= now) fullAt.delete(key);
  }
}
