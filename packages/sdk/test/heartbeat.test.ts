import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { harness } from './support/harness.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the heartbeat', () => {
  it('answers a ping', async () => {
    const { factory, open } = harness();
    await open();
    factory.last.say({ type: 'ping' });
    expect(factory.last.sent).toEqual([{ type: 'pong' }]);
  });

  it('gives up a socket that has been silent for two and a half heartbeats', async () => {
    const { client, factory, open } = harness();
    await open();
    await vi.advanceTimersByTimeAsync(30_000);
    factory.last.say({ type: 'ping' });
    await vi.advanceTimersByTimeAsync(74_999);
    expect(client.status.state).toBe('connected');
    await vi.advanceTimersByTimeAsync(1);
    expect(client.status).toMatchObject({ state: 'reconnecting', code: 4408 });
    expect(factory.last.closed?.code).toBe(4408);
  });

  it('probes on wake and believes only an answer', async () => {
    const { client, factory, environment, open } = harness();
    await open();
    environment.wake();
    environment.wake();
    expect(factory.last.sent).toEqual([{ type: 'ping' }]);
    await vi.advanceTimersByTimeAsync(2999);
    factory.last.say({ type: 'pong' });
    await vi.advanceTimersByTimeAsync(3000);
    expect(client.status.state).toBe('connected');
    environment.wake();
    await vi.advanceTimersByTimeAsync(3000);
    expect(client.status).toMatchObject({ state: 'reconnecting', code: 4408 });
  });

  it('notices on the first tick after a sleep that timers did not see', async () => {
    const { client, open } = harness();
    await open();
    vi.setSystemTime(Date.now() + 600_000);
    await vi.advanceTimersByTimeAsync(75_000);
    expect(client.status).toMatchObject({ state: 'reconnecting', code: 4408 });
  });

  it('does not give up in a hidden tab whose timers come once a minute', async () => {
    // Timers only fire at full minutes; messages arrive all the same.
    const timers = new Map<number, () => void>();
    let now = 0;
    let id = 0;
    const clock = {
      now: () => now,
      setTimeout(callback: () => void) {
        timers.set(++id, callback);
        return id;
      },
      clearTimeout: (timer: unknown) => void timers.delete(timer as number),
    };
    const { client, factory, settle } = harness({ clock });
    client.connect();
    await settle();
    factory.last.greet();
    for (let second = 1; second <= 600; second++) {
      now = second * 1000;
      if (second % 30 === 0) factory.last.say({ type: 'ping' });
      if (second % 60 !== 0) continue;
      const due = [...timers.values()];
      timers.clear();
      for (const callback of due) callback();
    }
    expect(client.status.state).toBe('connected');
  });
});

describe('what cannot be understood', () => {
  it.each([
    '{"type":',
    'null',
    '5',
    '"x"',
    '[]',
    '{}',
    '{"type":7}',
    '{"type":"later_version"}',
    '{"type":"file_saved","request_id":"unknown"}',
  ])('as %s does no harm to the client', async (data) => {
    const { client, factory, open } = harness();
    await open();
    factory.last.onmessage?.({ data });
    await vi.advanceTimersByTimeAsync(1000);
    if (client.status.state === 'connecting') factory.last.greet();
    expect(client.status.state).toBe('connected');
  });

  it('is told as an error, and the client resumes', async () => {
    const { client, factory, errors, open } = harness();
    await open();
    factory.last.onmessage?.({ data: '{"type":' });
    expect(errors).toMatchObject([{ code: 'network', cause: expect.any(SyntaxError) }]);
    expect(client.status).toMatchObject({ state: 'reconnecting', reason: 'unreadable frame' });
  });

  it('tells of an error that belongs to no request', async () => {
    const { factory, errors, open } = harness();
    await open();
    factory.last.say({
      type: 'error',
      code: 'invalid_message',
      message: 'what?',
      retryable: false,
    });
    expect(errors).toMatchObject([{ code: 'invalid_message', message: 'what?' }]);
  });
});
