import { describe, expect, it } from 'vitest';
import { isFinal, retryDelayMs } from '../src/reconnect.ts';
import { seededRandom } from './support/proxy.ts';

describe('the delay before a retry', () => {
  const backoff = { minMs: 500, maxMs: 15_000 };

  it('doubles its upper bound with each attempt, up to the cap', () => {
    const bounds = [0, 1, 2, 3, 4, 5, 6, 50, 2_000].map((n) =>
      retryDelayMs(backoff, 1006, n, () => 1),
    );
    expect(bounds).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000, 15_000]);
  });

  it('is spread evenly from zero to its bound', () => {
    const random = seededRandom(7);
    const delays = Array.from({ length: 10_000 }, () => retryDelayMs(backoff, 1006, 4, random));
    const buckets = Array.from(
      { length: 8 },
      (_, bucket) => delays.filter((delay) => Math.floor(delay / 1000) === bucket).length,
    );
    for (const count of buckets) expect(Math.abs(count - 1250)).toBeLessThan(125);
  });
});

describe('a close code', () => {
  const backoff = { minMs: 500, maxMs: 15_000 };

  it.each([1000, 1002, 1003, 1007, 1008, 1009, 1010, 4400, 4403, 4404, 4409, 4413, 4499])(
    'of %i is final',
    (code) => expect(isFinal(code)).toBe(true),
  );

  it.each([
    [1001, 500],
    [1005, 500],
    [1006, 500],
    [1011, 500],
    [1012, 0],
    [1013, 4000],
    [1014, 500],
    [1015, 500],
    [3000, 500],
    [4000, 500],
    [4399, 500],
    [4401, 0],
    [4408, 500],
    [4429, 500],
    [4500, 500],
    [4503, 500],
    [4900, 500],
  ])('of %i is followed by a retry within %i ms', (code, boundMs) => {
    expect(isFinal(code)).toBe(false);
    expect(retryDelayMs(backoff, code, 0, () => 1)).toBe(boundMs);
  });

  it('of a restart is met at once only the first time', () => {
    expect(retryDelayMs(backoff, 1012, 1, () => 1)).toBe(1000);
  });
});
