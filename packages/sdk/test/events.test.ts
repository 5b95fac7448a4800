import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { harness } from './support/harness.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function recording(options = {}) {
  const all = harness(options);
  const seen: unknown[] = [];
  all.client.on('event', (event) => seen.push(event.seq ?? event.type));
  return { ...all, seen };
}

describe('numbered events', () => {
  it('are delivered once and in order', async () => {
    const { factory, seen, open } = recording();
    await open({ seq: 3 });
    for (const seq of [2, 3, 4, 4, 5, 3, 6]) factory.last.event(seq);
    expect(seen).toEqual([4, 5, 6]);
  });

  it('of which one is missing are not delivered: the client resumes before the gap', async () => {
    const { client, factory, seen, open } = recording();
    await open();
    factory.last.event(1);
    const first = factory.last;
    first.event(3);
    first.event(4);
    expect(seen).toEqual([1]);
    expect(client.status).toMatchObject({ state: 'reconnecting', reason: 'gap' });
    await vi.advanceTimersByTimeAsync(250);
    expect(factory.last.query.get('last_seq')).toBe('1');
    factory.last.greet({ resumed: true, seq: 4 });
    for (const seq of [2, 3, 4]) factory.last.event(seq);
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it('are counted from the greeting when it could not resume', async () => {
    const { factory, seen, open } = recording();
    await open({ seq: 9 });
    factory.last.drop(1006);
    await vi.advanceTimersByTimeAsync(250);
    factory.last.greet({ resumed: false, seq: 20 });
    factory.last.event(20, 'session_snapshot', { running: [] });
    factory.last.event(21);
    expect(seen).toEqual([20, 21]);
  });

  it('are counted from the greeting also where the snapshot has no number', async () => {
    const { factory, seen, open } = recording();
    await open({ seq: 9 });
    factory.last.drop(1006);
    await vi.advanceTimersByTimeAsync(250);
    factory.last.greet({ resumed: false, seq: 20 });
    const envelope = { session_id: 's_1', timestamp: '2026-11-21T12:00:00.000Z' };
    factory.last.say({ type: 'session_snapshot', running: [], ...envelope });
    factory.last.event(21);
    expect(seen).toEqual(['session_snapshot', 21]);
  });

  it('are counted anew in a new epoch, even from a lower number', async () => {
    const { factory, seen, open } = recording();
    await open({ seq: 9 });
    factory.last.drop(1006);
    await vi.advanceTimersByTimeAsync(250);
    factory.last.greet({ epoch: 'e_2', resumed: false, seq: 0 });
    factory.last.event(1);
    expect(seen).toEqual([1]);
    factory.last.drop(1006);
    await vi.advanceTimersByTimeAsync(500);
    expect(factory.last.query.get('epoch')).toBe('e_2');
    expect(factory.last.query.get('last_seq')).toBe('1');
  });

  it('without a number are delivered as they come', async () => {
    const { factory, seen, open } = recording();
    await open();
    const envelope = { session_id: 's_1', timestamp: '2026-11-21T12:00:00.000Z' };
    factory.last.say({ type: 'auth_expiring', expires_at: 'soon', ...envelope });
    factory.last.say({ type: 'auth_expiring', expires_at: 'soon', ...envelope });
    expect(seen).toEqual(['auth_expiring', 'auth_expiring']);
  });

  it('of the same name as a reply are told from it', async () => {
    const { client, factory, open } = recording();
    await open();
    const heard = vi.fn();
    client.on('approval_resolved', heard);
    const reply = client.request(
      'approval_resolve',
      { approval_id: 'p', request_hash: 'h', decision: 'deny' },
      { requestId: 'r1' },
    );
    const fields = { request_id: 'r1', approval_id: 'p', decision: 'deny', state: 'denied' };
    factory.last.event(1, 'approval_resolved', fields);
    expect(heard).toHaveBeenCalledTimes(1);
    factory.last.say({ type: 'approval_resolved', ...fields });
    await expect(reply).resolves.toMatchObject({ state: 'denied' });
    expect(heard).toHaveBeenCalledTimes(1);
  });
});

describe('listeners', () => {
  it('are called until they are removed', async () => {
    const { client, factory, open } = recording();
    await open();
    const heard = vi.fn();
    const off = client.on('ai_typing', heard);
    factory.last.event(1);
    off();
    off();
    factory.last.event(2);
    expect(heard).toHaveBeenCalledTimes(1);
    expect(heard).toHaveBeenCalledWith(expect.objectContaining({ is_typing: true, seq: 1 }));
  });

  it('that throw stop neither the others nor the client, and are not swallowed', async () => {
    const { client, factory, seen, open } = recording();
    await open();
    const unhandled: unknown[] = [];
    const hear = (error: unknown) => unhandled.push(error);
    // The test runner's own listener would fail the run.
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', hear);
    client.on('ai_typing', () => {
      throw new Error('mine');
    });
    const heard = vi.fn();
    client.on('ai_typing', heard);
    factory.last.event(1);
    factory.last.event(2);
    vi.useRealTimers();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', hear);
    for (const other of others) process.on('unhandledRejection', other);
    expect(heard).toHaveBeenCalledTimes(2);
    expect(unhandled).toEqual([new Error('mine'), new Error('mine')]);
    expect(seen).toEqual([1, 2]);
  });
});

describe('topics', () => {
  it('are asked for again on each new connection', async () => {
    const { client, factory, open } = recording();
    await open();
    void client.request(
      'subscribe',
      { topics: ['concepts', 'phase'], binary: true },
      { requestId: 'r1' },
    );
    factory.last.say({
      type: 'subscribed',
      request_id: 'r1',
      topics: ['session', 'concepts', 'phase'],
    });
    void client.request('unsubscribe', { topics: ['concepts'] }, { requestId: 'r2' });
    factory.last.say({ type: 'subscribed', request_id: 'r2', topics: ['session', 'phase'] });
    factory.last.drop(1006);
    await vi.advanceTimersByTimeAsync(250);
    factory.last.greet({ resumed: true });
    expect(factory.last.sent).toMatchObject([
      { type: 'subscribe', topics: ['concepts', 'phase'], binary: true },
      { type: 'unsubscribe', topics: ['concepts'] },
    ]);
  });
});

describe('a topic left and joined again', () => {
  it('is joined on the next connection', async () => {
    const { client, factory, open } = recording();
    await open();
    const calls = ['subscribe', 'unsubscribe', 'subscribe'] as const;
    for (const [index, type] of calls.entries()) {
      void client.request(type, { topics: ['phase'] }, { requestId: `r${index}` });
      factory.last.say({ type: 'subscribed', request_id: `r${index}`, topics: [] });
    }
    factory.last.drop(1006);
    await vi.advanceTimersByTimeAsync(250);
    factory.last.greet({ resumed: true });
    expect(factory.last.sent.at(-1)).toMatchObject({ type: 'subscribe', topics: ['phase'] });
  });
});

describe('a token about to end', () => {
  const expiring = { session_id: 's_1', timestamp: 't', type: 'auth_expiring', expires_at: 'soon' };

  it('is renewed on the open connection', async () => {
    const token = vi.fn(async ({ reason }: { reason: string }) => `${reason}-token`);
    const { client, factory, settle, open } = recording({ token });
    await open();
    factory.last.say(expiring);
    await settle();
    expect(token).toHaveBeenLastCalledWith({ reason: 'expiring' });
    expect(factory.last.sent).toMatchObject([{ type: 'token_refresh', token: 'expiring-token' }]);
    const [{ request_id } = {}] = factory.last.sent;
    factory.last.say({ type: 'token_refreshed', request_id, expires_at: null });
    await settle();
    expect(client.status.state).toBe('connected');
    expect(factory.sockets).toHaveLength(1);
  });

  it('that cannot be renewed is told as an error, and the connection lives on', async () => {
    const token = vi.fn<() => Promise<string>>().mockResolvedValueOnce('t');
    token.mockRejectedValue(new Error('signed out'));
    const { client, factory, errors, settle, open } = recording({ token });
    await open();
    factory.last.say(expiring);
    await settle();
    expect(errors).toMatchObject([{ code: 'unauthenticated', cause: { message: 'signed out' } }]);
    expect(client.status.state).toBe('connected');
  });

  it('that was given as a value is left alone', async () => {
    const { factory, errors, settle, open } = recording({ token: 'fixed' });
    await open();
    factory.last.say(expiring);
    await settle();
    expect(factory.last.sent).toEqual([]);
    expect(errors).toEqual([]);
  });
});

describe('a listener that causes a further event', () => {
  it('leaves everybody with the same order', async () => {
    const { client, factory, open } = harness();
    await open();
    const heard: string[] = [];
    client.on('status', ({ state }) => {
      if (state === 'reconnecting') client.close();
    });
    client.on('status', ({ state }) => heard.push(state));
    factory.last.drop(1006);
    expect(heard).toEqual(['reconnecting', 'closed']);
  });
});
