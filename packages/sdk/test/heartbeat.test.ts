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

  it('asks after one heartbeat and a half of silence, and gives up without an answer', async () => {
    const { client, factory, open } = harness();
    await open();
    await vi.advanceTimersByTimeAsync(30_000);
    factory.last.say({ type: 'pong' });
    await vi.advanceTimersByTimeAsync(45_000);
    expect(factory.last.sent.at(-1)).toEqual({ type: 'ping' });
    expect(client.status.state).toBe('connected');
    await vi.advanceTimersByTimeAsync(3_000);
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

  it('gives up a socket that brings events and takes nothing', async () => {
    const { client, factory, open } = harness();
    await open();
    for (let second = 1; second < 48; second++) {
      await vi.advanceTimersByTimeAsync(1_000);
      factory.last.event(second);
      if (second % 30 === 0) factory.last.say({ type: 'ping' });
    }
    expect(client.status.state).toBe('connected');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(client.status).toMatchObject({ state: 'reconnecting', code: 4408 });
  });

  it('asks on the first tick after a sleep, and knows three seconds later', async () => {
    const { client, factory, open } = harness();
    await open();
    vi.setSystemTime(Date.now() + 600_000);
    await vi.advanceTimersByTimeAsync(45_000);
    expect(factory.last.sent).toEqual([{ type: 'ping' }]);
    expect(client.status.state).toBe('connected');
    await vi.advanceTimersByTimeAsync(3_000);
    expect(client.status).toMatchObject({ state: 'reconnecting', code: 4408 });
  });

  it('keeps a socket that has outlived a sleep', async () => {
    const { client, factory, open } = harness();
    await open();
    vi.setSystemTime(Date.now() + 600_000);
    await vi.advanceTimersByTimeAsync(45_000);
    factory.last.say({ type: 'pong' });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(client.status.state).toBe('connected');
    expect(factory.sockets).toHaveLength(1);
  });

  it('is off where the server pings never, but probes all the same', async () => {
    const { client, factory, environment, open } = harness();
    await open({ limits: { message_bytes: 2_097_152, heartbeat_ms: 0 } });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(factory.last.sent).toEqual([]);
    environment.wake();
    await vi.advanceTimersByTimeAsync(3_000);
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
      if (factory.last.sent.at(-1)?.['type'] === 'ping') factory.last.say({ type: 'pong' });
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

  it('makes the client resume on another socket, and says why', async () => {
    const { client, factory, open } = harness();
    await open();
    factory.last.onmessage?.({ data: '{"type":' });
    expect(client.status).toMatchObject({ state: 'reconnecting', reason: 'network' });
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
