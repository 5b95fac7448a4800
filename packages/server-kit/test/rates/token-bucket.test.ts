import { describe, expect, test } from 'vitest';
import { createTokenBuckets } from '../../src/rates/token-bucket.ts';

function buckets({ count = 10, periodMs = 60_000, burst = 10 } = {}) {
  const clock = { now: 1_000_000 };
  return { clock, buckets: createTokenBuckets({ count, periodMs, burst, clock: () => clock.now }) };
}

describe('an allowance', () => {
  test('can be taken at once, and what is over it is told when to come back', () => {
    const { buckets: chat } = buckets();
    expect(Array.from({ length: 10 }, () => chat.take('ada'))).toEqual(Array(10).fill(0));
    expect(chat.take('ada')).toBe(6_000);
  });

  test('is there again when the time that was told is over, and no millisecond before', () => {
    const { buckets: chat, clock } = buckets({ count: 7, burst: 7 });
    for (let taken = 0; taken < 7; taken += 1) chat.take('ada');
    const waitMs = chat.take('ada');
    clock.now += waitMs - 1;
    expect(chat.take('ada')).toBe(1);
    clock.now += 1;
    expect(chat.take('ada')).toBe(0);
  });

  test('is not made larger by refusals, nor by waiting for long', () => {
    const { buckets: chat, clock } = buckets();
    for (let asked = 0; asked < 50; asked += 1) chat.take('ada');
    expect(chat.take('ada')).toBe(6_000);
    clock.now += 3_600_000;
    const taken = Array.from({ length: 12 }, () => chat.take('ada')).filter((wait) => wait === 0);
    expect(taken).toHaveLength(10);
  });

  test('of one key is not that of another', () => {
    const { buckets: chat } = buckets({ count: 1, burst: 1 });
    expect(chat.take('ada')).toBe(0);
    expect(chat.take('bob')).toBe(0);
    expect(chat.take('ada')).toBeGreaterThan(0);
  });

  test('without bound is never used up', () => {
    const { buckets: free } = buckets({ count: Infinity });
    expect(Array.from({ length: 1_000 }, () => free.take('ada')).every((wait) => wait === 0)).toBe(
      true,
    );
  });

  test.each([
    ['of nothing', { count: 0, burst: 0 }],
    ['of nothing, however much it could hold', { count: 0, burst: Infinity }],
    ['that holds nothing', { count: 10, burst: 0 }],
  ])('%s lets nothing pass, at any time', (_what, options) => {
    const { buckets: none, clock } = buckets(options);
    expect(none.take('ada')).toBe(Infinity);
    clock.now += 86_400_000;
    expect(none.take('ada')).toBe(Infinity);
    expect(none.size).toBe(0);
  });

  test('locks nobody out when the clock is set back', () => {
    const { buckets: chat, clock } = buckets();
    for (let taken = 0; taken < 10; taken += 1) chat.take('ada');
    clock.now -= 86_400_000;
    expect(chat.take('ada')).toBe(0);
  });
});

test('keys whose allowance is full again are forgotten, so that memory follows those who ask now', () => {
  const { buckets: messages, clock } = buckets({ count: 10, periodMs: 1_000 });
  for (let user = 0; user < 5_000; user += 1) {
    messages.take(`user-${user}`);
    clock.now += 10;
  }
  expect(messages.size).toBeLessThan(1_200);
});
