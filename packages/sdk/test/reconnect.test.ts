import { describe, expect, it } from 'vitest';
import { backoffMs, closeAction } from '../src/reconnect.ts';
import { seededRandom } from './support/proxy.ts';

describe('the delay before a retry', () => {
  const backoff = { minMs: 500, maxMs: 15_000 };

  it('doubles its upper bound with each attempt, up to the cap', () => {
    const bounds = [0, 1, 2, 3, 4, 5, 6, 50, 2_000].map((n) => backoffMs(backoff, n, () => 1));
    expect(bounds).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000, 15_000]);
  });

  it('is spread evenly from zero to its bound', () => {
    const random = seededRandom(7);
    const delays = Array.from({ length: 10_000 }, () => backoffMs(backoff, 4, random));
    const buckets = Array.from(
      { length: 8 },
      (_, bucket) => delays.filter((delay) => Math.floor(delay / 1000) === bucket).length,
    );
    for (const count of buckets) expect(Math.abs(count - 1250)).toBeLessThan(125);
  });
});

describe('a close code', () => {
  it.each([
    [1000, 'final'],
    [1001, 'retry'],
    [1002, 'final'],
    [1003, 'final'],
    [1005, 'retry'],
    [1006, 'retry'],
    [1007, 'final'],
    [1008, 'final'],
    [1009, 'retry'],
    [1010, 'final'],
    [1011, 'retry'],
    [1012, 'now'],
    [1013, 'slow'],
    [1014, 'retry'],
    [1015, 'retry'],
    [3000, 'retry'],
    [4000, 'retry'],
    [4399, 'retry'],
    [4400, 'final'],
    [4401, 'renew'],
    [4403, 'final'],
    [4404, 'final'],
    [4408, 'retry'],
    [4409, 'final'],
    [4429, 'retry'],
    [4499, 'final'],
    [4500, 'retry'],
    [4503, 'retry'],
    [4900, 'retry'],
  ])('of %i means %s', (code, action) => {
    expect(closeAction(code)).toBe(action);
  });
});
