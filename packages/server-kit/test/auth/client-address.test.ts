import { describe, expect, test } from 'vitest';
import {
  bearerTokenOf,
  createAddressOf,
  isLoopback,
  type TrustProxy,
} from '../../src/auth/index.ts';

function addressOf(
  trustProxy: TrustProxy | undefined,
  remoteAddress: string | undefined,
  forwarded?: string,
): string | null {
  return createAddressOf(trustProxy)({
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    socket: { remoteAddress },
  });
}

describe('the address of a client', () => {
  test('is that of its socket when no proxy is trusted, whatever it says of itself', () => {
    expect(addressOf(undefined, '192.0.2.1', '203.0.113.9')).toBe('192.0.2.1');
    expect(addressOf(0, '192.0.2.1', '203.0.113.9')).toBe('192.0.2.1');
    expect(addressOf([], '192.0.2.1', '203.0.113.9')).toBe('192.0.2.1');
  });

  test('is not known where the socket has none', () => {
    expect(createAddressOf()({ headers: {} })).toBeNull();
    expect(addressOf(['10.0.0.0/8'], undefined, '203.0.113.9')).toBeNull();
  });

  test.each<[TrustProxy, string | undefined, string | undefined, string | null]>([
    [1, '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    [1, '10.0.0.1', '198.51.100.66, 203.0.113.9', '203.0.113.9'],
    [2, '10.0.0.1', '198.51.100.66, 203.0.113.9, 10.0.0.2', '203.0.113.9'],
    [1, '10.0.0.1', undefined, '10.0.0.1'],
    [3, '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    [1, undefined, '203.0.113.9', '203.0.113.9'],
    [['10.0.0.1'], '10.0.0.1', '198.51.100.66, 203.0.113.9', '203.0.113.9'],
    [['10.0.0.0/8'], '10.0.0.1', '198.51.100.66, 203.0.113.9, 10.9.9.9', '203.0.113.9'],
    [['10.0.0.0/8'], '192.0.2.1', '203.0.113.9', '192.0.2.1'],
    [['10.0.0.0/8'], '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
    [['10.0.0.0/8'], '10.0.0.1', '10.0.0.3', '10.0.0.3'],
    [['fd00::/8', '::1'], 'fd00::7', '2001:db8::9, ::1', '2001:db8::9'],
    [['::ffff:10.0.0.0/8'], '10.0.0.1', '203.0.113.9', '203.0.113.9'],
  ])('behind %j, from %s with %s, is %s', (trusted, remote, forwarded, address) => {
    expect(addressOf(trusted, remote, forwarded)).toBe(address);
  });

  test.each([
    ['203.0.113.9:5178', '203.0.113.9'],
    ['[2001:db8::9]:5178', '2001:db8::9'],
    ['[2001:db8::9]', '2001:db8::9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:DB8::9%eth0', '2001:db8::9'],
    [' 203.0.113.9 ', '203.0.113.9'],
    ['unknown', '10.0.0.1'],
    ['', '10.0.0.1'],
    ['999.1.1.1', '10.0.0.1'],
    ["' OR 1=1", '10.0.0.1'],
    [','.repeat(10_000), '10.0.0.1'],
  ])('a proxy that writes %j is understood', (forwarded, address) => {
    expect(addressOf(1, '10.0.0.1', forwarded)).toBe(address);
  });

  test.each<[TrustProxy]>([[-1], [1.5], [Number.NaN], [['10.0.0.0/33']], [['proxy']], [['::/x']]])(
    'does not start with %j for proxies',
    (trustProxy) => {
      expect(() => createAddressOf(trustProxy)).toThrow(
        expect.objectContaining({ code: 'AUTH_OPTIONS' }),
      );
    },
  );
});

test.each([
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::ffff:127.0.0.1', true],
  ['::1', true],
  ['0:0:0:0:0:0:0:1', true],
  ['128.0.0.1', false],
  ['1.127.0.0', false],
  ['::2', false],
  ['2001:db8::1', false],
])('%s is an address of the machine itself: %s', (address, expected) => {
  expect(isLoopback(address)).toBe(expected);
});

describe('a bearer token', () => {
  test.each([
    [undefined, null],
    ['', null],
    ['Basic dXNlcjpwYXNz', null],
    ['Bearer', null],
    ['Bearer a.b.c', 'a.b.c'],
    ['bearer  a.b.c ', 'a.b.c'],
  ])('in %j is %j', (authorization, token) => {
    expect(bearerTokenOf(authorization === undefined ? {} : { authorization })).toBe(token);
  });

  test.each(['Bearer a.b.c d.e.f', 'Bearer a.b.c, Bearer d.e.f', 'Bearer a.b.c,d.e.f'])(
    'in %j is more than one, which is refused',
    (authorization) => {
      expect(() => bearerTokenOf({ authorization })).toThrow(
        expect.objectContaining({ details: { reason: 'token_ambiguous' } }),
      );
    },
  );
});
