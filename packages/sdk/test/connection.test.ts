import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient } from '../src/index.ts';
import { fakeEnvironment } from './support/client.ts';
import { socketFactory } from './support/fake-socket.ts';
import { harness } from './support/harness.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a lost connection', () => {
  it('is retried with doubling bounds', async () => {
    const { client, factory, open } = harness();
    await open();
    const delays: number[] = [];
    client.on('status', (status) => {
      if (status.state === 'reconnecting') delays.push(status.retryAt - Date.now());
    });
    for (let attempt = 0; attempt < 7; attempt++) {
      factory.last.drop(1006);
      await vi.advanceTimersByTimeAsync(delays.at(-1)!);
    }
    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 7500, 7500]);
    expect(client.status).toEqual({ state: 'connecting', attempt: 7 });
  });

  it('begins anew with short delays only after a connection that lasted', async () => {
    const { client, factory, open } = harness();
    await open();
    factory.last.drop(1006);
    await vi.advanceTimersByTimeAsync(250);
    factory.last.greet();
    await vi.advanceTimersByTimeAsync(4999);
    factory.last.drop(1006);
    expect(client.status).toMatchObject({ state: 'reconnecting', attempt: 2 });
    await vi.advanceTimersByTimeAsync(500);
    factory.last.greet();
    await vi.advanceTimersByTimeAsync(5000);
    factory.last.drop(1006);
    expect(client.status).toMatchObject({ state: 'reconnecting', attempt: 1 });
  });

  it.each([1000, 1002, 1008, 4400, 4401, 4403, 4404, 4409])(
    'stays closed after %i',
    async (code) => {
      const { client, factory, environment, open } = harness();
      await open();
      const reply = client.request('ping', {}).catch((error: unknown) => error);
      factory.last.drop(code, 'because');
      await vi.advanceTimersByTimeAsync(0);
      expect(client.status).toEqual({ state: 'closed', code, reason: 'because' });
      const expected = code === 4401 ? 'unauthenticated' : 'closed';
      await expect(reply).resolves.toMatchObject({ code: expected });
      await expect(client.request('ping', {})).rejects.toMatchObject({ code: expected });
      await vi.advanceTimersByTimeAsync(100_000);
      expect(factory.sockets).toHaveLength(1);
      expect(vi.getTimerCount()).toBe(0);
      expect(environment.listeners.size).toBe(0);
    },
  );

  it('waits with the retry until somebody looks at the page', async () => {
    const { client, factory, environment, open } = harness();
    await open();
    environment.hidden = true;
    environment.wake();
    factory.last.say({ type: 'pong' });
    factory.last.drop(1006);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(factory.sockets).toHaveLength(1);
    expect(client.status.state).toBe('reconnecting');
    environment.hidden = false;
    environment.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(factory.sockets).toHaveLength(2);
  });

  it('is kept while the page is hidden', async () => {
    const { client, factory, environment, open } = harness();
    await open();
    environment.hidden = true;
    environment.wake();
    factory.last.say({ type: 'pong' });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(client.status.state).toBe('connected');
  });

  it.each([
    [1001, '', 250],
    [1006, '', 250],
    [1012, '', 0],
    [1013, '', 2000],
    [4408, '', 250],
    [4429, '7000', 7000],
    [4429, 'soon', 250],
    [4503, '', 250],
  ])('of %i with reason "%s" is retried after %i ms', async (code, reason, delayMs) => {
    const { client, factory, open } = harness();
    await open();
    factory.last.drop(code, reason);
    const retryAt = Date.now() + delayMs;
    expect(client.status).toEqual({ state: 'reconnecting', attempt: 1, retryAt, code, reason });
    await vi.advanceTimersByTimeAsync(delayMs);
    expect(factory.sockets).toHaveLength(2);
  });

  it('retries a restart at once only the first time', async () => {
    const { client, factory, open } = harness();
    await open();
    factory.last.drop(1012);
    await vi.advanceTimersByTimeAsync(0);
    factory.last.drop(1012);
    expect(client.status).toMatchObject({ state: 'reconnecting', retryAt: Date.now() + 500 });
  });

  it('waits as long as the server said when it announced the close', async () => {
    const { client, factory, environment, open } = harness();
    await open();
    factory.last.say({
      ...{ type: 'disconnect', code: 1012, reason: 'restart', retry_after_ms: 3210 },
      ...{ session_id: 's_1', timestamp: '2026-11-21T12:00:00.000Z' },
    });
    factory.last.drop(1006);
    const retryAt = Date.now() + 3210;
    expect(client.status).toMatchObject({ state: 'reconnecting', retryAt });
    await vi.advanceTimersByTimeAsync(1000);
    environment.wake();
    expect(client.status).toMatchObject({ state: 'reconnecting', retryAt });
  });

  it('resumes at once when the page is looked at again', async () => {
    const { client, factory, environment, open } = harness({ random: () => 0.99 });
    await open();
    factory.last.drop(1006);
    environment.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(factory.sockets).toHaveLength(2);
    expect(client.status.state).toBe('connecting');
  });
});

describe('without a network', () => {
  it('waits without a timer and goes on when there is one', async () => {
    const { client, factory, environment, statuses, open } = harness();
    environment.online = false;
    client.connect();
    expect(client.status).toEqual({ state: 'offline' });
    expect(vi.getTimerCount()).toBe(0);
    environment.online = true;
    environment.wake();
    await vi.advanceTimersByTimeAsync(0);
    factory.last.greet();
    environment.online = false;
    environment.wake();
    expect(client.status).toEqual({ state: 'offline' });
    expect(factory.last.closed).toBeDefined();
    expect(vi.getTimerCount()).toBe(0);
    environment.online = true;
    environment.wake();
    await vi.advanceTimersByTimeAsync(0);
    factory.last.greet();
    expect(statuses.filter(({ state }) => state === 'connected')).toHaveLength(2);
    await open();
  });

  it('tries all the same when asked to', async () => {
    const { client, factory, environment, settle } = harness();
    environment.online = false;
    client.connect();
    client.reconnect();
    await settle();
    factory.last.greet();
    expect(client.status.state).toBe('connected');
  });
});

describe('begin and end', () => {
  it('opens nothing before it is used', async () => {
    const { client, factory, environment } = harness();
    await vi.advanceTimersByTimeAsync(100_000);
    expect(client.status).toEqual({ state: 'idle' });
    expect(factory.sockets).toHaveLength(0);
    expect(environment.listeners.size).toBe(0);
  });

  it('connects by itself for the first request', async () => {
    const { client, factory, settle } = harness();
    const reply = client.request('ping', {});
    await settle();
    factory.last.greet();
    const [{ request_id } = {}] = factory.last.sent;
    factory.last.say({ type: 'pong', request_id, server_time: 'now' });
    await expect(reply).resolves.toEqual({ server_time: 'now' });
  });

  it('makes one socket for open, close and open in one go', async () => {
    const { client, factory, settle } = harness();
    client.connect();
    client.close();
    client.connect();
    await settle();
    expect(factory.sockets).toHaveLength(1);
    factory.last.greet();
    expect(client.status.state).toBe('connected');
  });

  it('leaves no timer, listener or socket after close', async () => {
    const { client, factory, environment, open } = harness();
    await open();
    const reply = client.request('file_open', { path: 'a' }).catch((error: unknown) => error);
    client.close();
    client.close();
    await expect(reply).resolves.toMatchObject({ code: 'closed' });
    expect(client.status).toEqual({ state: 'closed', code: 1000, reason: '' });
    expect(factory.last.closed).toEqual({ code: 1000, reason: '' });
    expect(vi.getTimerCount()).toBe(0);
    expect(environment.listeners.size).toBe(0);
  });

  it('leaves nothing when closed while waiting to retry, connecting or finding the token', async () => {
    const { client, factory, environment, settle, open } = harness();
    await open();
    factory.last.drop(1006);
    client.close();
    expect(vi.getTimerCount()).toBe(0);
    client.connect();
    client.close();
    await settle();
    client.connect();
    await settle();
    client.close();
    expect(vi.getTimerCount()).toBe(0);
    expect(environment.listeners.size).toBe(0);
    expect(factory.sockets).toHaveLength(2);
    expect(factory.sockets.map(({ closed }) => closed !== undefined)).toEqual([false, true]);
  });

  it('begins anew from closed only by reconnect, when the server refused', async () => {
    const { client, factory, settle, open } = harness();
    await open();
    factory.last.drop(4403);
    client.connect();
    await settle();
    expect(factory.sockets).toHaveLength(1);
    client.reconnect();
    await settle();
    factory.last.greet();
    expect(client.status.state).toBe('connected');
  });

  it('replaces a working socket when asked to reconnect', async () => {
    const { client, factory, settle, open } = harness();
    await open();
    client.reconnect();
    client.reconnect();
    await settle();
    expect(factory.sockets).toHaveLength(2);
    expect(factory.sockets[0]?.closed).toBeDefined();
  });

  it('closes at the end of its scope', async () => {
    const factory = socketFactory();
    let outer;
    {
      await using client = createClient({
        ...{ url: 'ws://host/', WebSocket: factory.WebSocket, environment: fakeEnvironment() },
      });
      client.connect();
      outer = client;
    }
    expect(outer.status.state).toBe('closed');
  });
});
