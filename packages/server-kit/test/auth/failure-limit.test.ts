import { describe, expect, test } from 'vitest';
import { createFailureLimit, refuseToken } from '../../src/auth/index.ts';
import { RequestError } from '../../src/errors.ts';

/** A limit of 3 failures in a minute, with a clock that the test moves. */
function setUp(maxAddresses = 4) {
  let now = 1_000_000;
  const limit = createFailureLimit({
    ...{ maxFailures: 3, windowMs: 60_000, maxAddresses },
    clock: () => now,
  });
  return {
    limit,
    wait: (ms: number) => {
      now += ms;
    },
    fail(address: string, times = 1) {
      for (let count = 0; count < times; count += 1) limit.record(address);
    },
  };
}

const wrong = () => Promise.reject(refuseToken('token_invalid'));
const right = () => Promise.resolve('ada');

describe('an address that fails too often', () => {
  test('is refused for a minute from its last failure on, and told for how long', () => {
    const { limit, wait, fail } = setUp();
    fail('192.0.2.1', 2);
    wait(30_000);
    expect(limit.check('192.0.2.1')).toBeNull();
    fail('192.0.2.1');
    expect(limit.check('192.0.2.1')).toBe(60_000);
    expect(limit.check('192.0.2.2')).toBeNull();
    wait(59_999);
    expect(limit.check('192.0.2.1')).toBe(1);
    wait(1);
    expect(limit.check('192.0.2.1')).toBeNull();
  });

  test('is not refused when its failures lie more than a minute apart', () => {
    const { limit, wait, fail } = setUp();
    for (let count = 0; count < 20; count += 1) {
      fail('192.0.2.1');
      wait(30_000);
      expect(limit.check('192.0.2.1')).toBeNull();
    }
  });

  test('is refused ten times in a minute by default', () => {
    const limit = createFailureLimit({ clock: () => 0 });
    for (let count = 0; count < 9; count += 1) limit.record('192.0.2.1');
    expect(limit.check('192.0.2.1')).toBeNull();
    limit.record('192.0.2.1');
    expect(limit.check('192.0.2.1')).toBe(60_000);
  });

  test('is an IPv4 address, also in an IPv6 one, or a /64 of IPv6', () => {
    const { limit, fail } = setUp();
    fail('192.0.2.1');
    fail('::ffff:192.0.2.1');
    fail('::ffff:c000:201');
    expect(limit.check('192.0.2.1')).toBe(60_000);
    fail('2001:db8::1');
    fail('2001:DB8:0:0:ffff::2');
    fail('2001:db8::3%eth0');
    expect(limit.check('2001:db8:0:0:1234:5678:9abc:def0')).toBe(60_000);
    expect(limit.check('2001:db8:0:1::1')).toBeNull();
  });

  test('is refused no longer when the clock is set back', () => {
    const { limit, wait, fail } = setUp();
    fail('192.0.2.1', 3);
    fail('192.0.2.2', 2);
    wait(-3_600_000);
    expect(limit.check('192.0.2.1')).toBe(60_000);
    wait(60_000);
    expect(limit.check('192.0.2.1')).toBeNull();
    fail('192.0.2.2');
    expect(limit.check('192.0.2.2')).toBeNull();
  });

  test('is not limited where it is not known', () => {
    const { limit } = setUp();
    for (let count = 0; count < 20; count += 1) limit.record(null);
    expect(limit.check(null)).toBeNull();
  });
});

describe('guarded attempts', () => {
  test('are not begun while their address is refused', async () => {
    const { limit, wait } = setUp();
    let begun = 0;
    const attempt = () => {
      begun += 1;
      return wrong();
    };
    for (let count = 0; count < 3; count += 1) {
      await expect(limit.guard('192.0.2.1', attempt)).rejects.toMatchObject({
        code: 'unauthenticated',
      });
    }
    const limited = { code: 'rate_limited', retryable: true, retryAfterMs: 60_000 };
    await expect(limit.guard('192.0.2.1', attempt)).rejects.toMatchObject(limited);
    await expect(limit.guard('192.0.2.1', right)).rejects.toMatchObject(limited);
    expect(begun).toBe(3);
    await expect(limit.guard('192.0.2.2', right)).resolves.toBe('ada');
    wait(60_000);
    await expect(limit.guard('192.0.2.1', right)).resolves.toBe('ada');
  });

  test('that succeed do not take failures back', async () => {
    const { limit, fail } = setUp();
    fail('192.0.2.1', 2);
    await limit.guard('192.0.2.1', right);
    fail('192.0.2.1');
    expect(limit.check('192.0.2.1')).toBe(60_000);
  });

  test('at the same time give away no more than the limit', async () => {
    const { limit } = setUp();
    const attempts = Array.from({ length: 50 }, (_, index) =>
      limit.guard('192.0.2.1', index === 40 ? right : wrong).catch((error: unknown) => error),
    );
    const codes = (await Promise.all(attempts)).map((ending) => (ending as RequestError).code);
    expect(codes.filter((code) => code === 'unauthenticated')).toHaveLength(3);
    expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(47);
  });

  test.each([
    ['a token that has ended', refuseToken('token_expired')],
    ['a token whose time has not come', refuseToken('token_not_yet_valid')],
    ['a token that was revoked', refuseToken('token_revoked')],
    ['no token', refuseToken('token_missing')],
    ['keys that cannot be fetched', new RequestError('unavailable', 'Later.')],
    ['a fault of the host’s', new Error('its database is down')],
  ])('are no guesses when they fail for %s', async (_what, error) => {
    const { limit } = setUp();
    for (let count = 0; count < 20; count += 1) {
      await expect(limit.guard('192.0.2.1', () => Promise.reject(error))).rejects.toBe(error);
    }
  });

  test.each(['token_invalid', 'token_ambiguous', 'token_too_large', 'user_unknown'] as const)(
    'count when they fail as %s',
    async (reason) => {
      const { limit } = setUp();
      for (let count = 0; count < 3; count += 1) {
        await limit.guard('192.0.2.1', () => Promise.reject(refuseToken(reason))).catch(() => null);
      }
      expect(limit.check('192.0.2.1')).toBe(60_000);
    },
  );
});

describe('a flood of addresses', () => {
  const addressOf = (index: number) => `2001:db8:${index.toString(16)}::1`;

  test('sets none free that is refused', () => {
    const { limit, fail } = setUp();
    fail('192.0.2.1', 3);
    for (let index = 0; index < 1_000; index += 1) fail(addressOf(index), 2);
    expect(limit.check('192.0.2.1')).toBe(60_000);
  });

  test('sets none free when all that are remembered are refused', () => {
    const { limit, fail, wait } = setUp();
    for (let index = 0; index < 4; index += 1) fail(addressOf(index), 3);
    for (let index = 4; index < 1_000; index += 1) fail(addressOf(index), 3);
    const refused = () =>
      Array.from({ length: 1_000 }, (_, index) => index).filter(
        (index) => limit.check(addressOf(index)) !== null,
      );
    expect(refused()).toEqual([0, 1, 2, 3]);
    wait(60_000);
    expect(refused()).toEqual([]);
    fail(addressOf(500), 3);
    expect(refused()).toEqual([500]);
  });

  test('makes the one forgotten that failed least recently', () => {
    const { limit, fail } = setUp();
    for (let index = 0; index < 4; index += 1) fail(addressOf(index), 2);
    fail(addressOf(9));
    fail(addressOf(0));
    expect(limit.check(addressOf(0))).toBeNull();
    fail(addressOf(3));
    expect(limit.check(addressOf(3))).toBe(60_000);
  });
});
