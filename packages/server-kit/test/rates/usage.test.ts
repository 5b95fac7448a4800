import { describe, expect, test } from 'vitest';
import { kitLimits, type Limits } from '../../src/limits.ts';
import { createUsage } from '../../src/rates/usage.ts';

function usage(limits: Partial<Limits> = {}) {
  const clock = { now: 1_000_000 };
  return { clock, usage: createUsage({ ...kitLimits, ...limits }, () => clock.now) };
}

const rateLimited = (retryAfterMs: number) =>
  expect.objectContaining({ code: 'rate_limited', retryable: true, retryAfterMs }) as Error;

describe('messages of a user', () => {
  test('are refused above the burst, and taken again at the rate', () => {
    const { usage: books, clock } = usage({ messagesPerSecond: 10, messageBurst: 3 });
    for (let sent = 0; sent < 3; sent += 1) books.takeMessage('ada');
    expect(() => books.takeMessage('ada')).toThrow(rateLimited(100));
    books.takeMessage('bob');
    clock.now += 100;
    books.takeMessage('ada');
  });
});

describe('an allowance of 0', () => {
  /** Refused for good, so that no client comes again. */
  const off = expect.objectContaining({
    code: 'rate_limited',
    retryable: false,
    retryAfterMs: undefined,
  }) as Error;

  test('lets no request pass, and still lets a client hear so', () => {
    const { usage: books } = usage({ messagesPerSecond: 0 });
    expect(() => books.takeMessage('ada')).toThrow(off);
    expect(books.takeFrame('ada')).toBe(true);
    const full = usage({ messageBurst: 0 }).usage;
    expect(() => full.takeMessage('ada')).toThrow(off);
    expect(full.takeFrame('ada')).toBe(true);
  });

  test('turns an operation off, and no other', () => {
    const { usage: books } = usage({ operationsPerMinute: { chat: 0 } });
    expect(() => books.takeOperation('ada', 'chat')).toThrow(off);
    books.takeOperation('ada', 'code_execute');
  });
});

test('less than one a minute is one at a time', () => {
  const { usage: books, clock } = usage({ operationsPerMinute: { chat: 0.5 } });
  books.takeOperation('ada', 'chat');
  expect(() => books.takeOperation('ada', 'chat')).toThrow(rateLimited(120_000));
  clock.now += 120_000;
  books.takeOperation('ada', 'chat');
});

test('frames of any kind are a flood at ten times the messages', () => {
  const { usage: books } = usage({ messagesPerSecond: 10, messageBurst: 3 });
  const taken = Array.from({ length: 31 }, () => books.takeFrame('ada'));
  expect(taken.indexOf(false)).toBe(30);
});

describe('an operation', () => {
  test('as chat is asked for ten times a minute by default, by each user', () => {
    const { usage: books } = usage();
    for (let asked = 0; asked < 10; asked += 1) books.takeOperation('ada', 'chat');
    expect(() => books.takeOperation('ada', 'chat')).toThrow(rateLimited(6_000));
    books.takeOperation('bob', 'chat');
    books.takeOperation('ada', 'file_save');
  });
});

describe('programs that run', () => {
  test('are bounded for each user and in all, and make room when they end', () => {
    const { usage: books } = usage({ executions: 3, executionsPerUser: 2 });
    const end = books.beginExecution('ada', { isOwed: false });
    books.beginExecution('ada', { isOwed: false });
    expect(() => books.beginExecution('ada', { isOwed: false })).toThrow(rateLimited(1_000));
    books.beginExecution('bob', { isOwed: false });
    expect(() => books.beginExecution('bob', { isOwed: false })).toThrow(rateLimited(1_000));
    end();
    end();
    books.beginExecution('bob', { isOwed: false });
    expect(() => books.beginExecution('ada', { isOwed: false })).toThrow(rateLimited(1_000));
  });

  test('that a person approved run in any case, and count', () => {
    const { usage: books } = usage({ executions: 1, executionsPerUser: 1 });
    books.beginExecution('ada', { isOwed: false });
    const end = books.beginExecution('ada', { isOwed: true });
    end();
    expect(() => books.beginExecution('bob', { isOwed: false })).toThrow(rateLimited(1_000));
  });
});

describe('connections', () => {
  test('are bounded for each address and for each user', () => {
    const { usage: books } = usage({ connectionsPerAddress: 1, connectionsPerUser: 1 });
    const close = books.openFrom('192.0.2.1');
    expect(close).not.toBeNull();
    expect(books.openFrom('192.0.2.1')).toBeNull();
    expect(books.openFrom('192.0.2.2')).not.toBeNull();
    close?.();
    expect(books.openFrom('192.0.2.1')).not.toBeNull();
    expect(books.openFor('ada')).not.toBeNull();
    expect(books.openFor('ada')).toBeNull();
  });
});
