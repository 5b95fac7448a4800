import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AssistantError, isAssistantError } from '../src/index.ts';
import { harness } from './support/harness.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const settled = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);
const frames = (sent: Record<string, unknown>[]) => sent.map((frame) => frame['request_id']);

describe('a reply', () => {
  it('resolves with its fields alone', async () => {
    const { client, factory, open } = harness();
    await open();
    const reply = client.request('file_delete', { path: 'a' }, { requestId: 'r1' });
    expect(factory.last.sent).toEqual([{ type: 'file_delete', request_id: 'r1', path: 'a' }]);
    factory.last.say({ type: 'file_deleted', request_id: 'r1', path: 'a', verified: true });
    await expect(reply).resolves.toEqual({ path: 'a', verified: true });
  });

  it('rejects with all that the server said of an error', async () => {
    const { client, factory, open } = harness();
    await open();
    const reply = settled(client.request('file_open', { path: 'a' }, { requestId: 'r1' }));
    factory.last.say({
      ...{ type: 'error', request_id: 'r1', code: 'rate_limited', message: 'slow down' },
      ...{ original_type: 'file_open', retryable: true, retry_after_ms: 70, details: { a: 1 } },
    });
    const error = await reply;
    expect(error).toBeInstanceOf(AssistantError);
    expect(error).toMatchObject({
      ...{ name: 'AssistantError', code: 'rate_limited', message: 'slow down', retryable: true },
      ...{ retryAfterMs: 70, details: { a: 1 } },
    });
    expect(isAssistantError(error)).toBe(true);
  });

  it('rejects with the reason of a refusal', async () => {
    const { client, factory, open } = harness();
    await open();
    const reply = settled(client.request('file_open', { path: 'a' }, { requestId: 'r1' }));
    factory.last.say({
      ...{ type: 'blocked', request_id: 'r1', action: 'ide_file_open', reason: 'policy 7' },
      ...{ audit_id: 'v_1', alerts: [{ rule: 'x' }] },
    });
    expect(await reply).toMatchObject({
      ...{ code: 'blocked', message: 'policy 7', retryable: false, action: 'ide_file_open' },
      ...{ auditId: 'v_1', alerts: [{ rule: 'x' }] },
    });
  });

  it('settles once, whatever follows', async () => {
    const { client, factory, open } = harness();
    await open();
    const done = vi.fn();
    const reply = client.request('file_open', { path: 'a' }, { requestId: 'r1' });
    void reply.then(done, done);
    factory.last.say({ type: 'cancelled', request_id: 'r1' });
    factory.last.say({ type: 'file_opened', request_id: 'r1', path: 'a' });
    await expect(reply).rejects.toMatchObject({ code: 'cancelled' });
    await vi.advanceTimersByTimeAsync(100_000);
    expect(done).toHaveBeenCalledTimes(1);
  });
});

describe('a request without an answer', () => {
  it('is sent again under its id, in the order of the calls', async () => {
    const { client, factory, open } = harness({ timeoutMs: 0 });
    await open();
    const replies = ['r1', 'r2', 'r3'].map((requestId) =>
      client.request('file_save', { path: requestId, content: '' }, { requestId }),
    );
    factory.last.say({ type: 'file_saved', request_id: 'r2', path: 'r2' });
    factory.last.drop(1006);
    replies.push(client.request('file_save', { path: 'r4', content: '' }, { requestId: 'r4' }));
    expect(client.queued).toBe(3);
    await vi.advanceTimersByTimeAsync(250);
    const late: string[] = [];
    client.on('status', ({ state }) => {
      if (state !== 'connected') return;
      late.push('status');
      void settled(client.request('ping', {}, { requestId: 'r5' }));
    });
    factory.last.greet({ epoch: 'e_2' });
    expect(client.queued).toBe(0);
    expect(frames(factory.last.sent)).toEqual(['r1', 'r3', 'r4', 'r5']);
    expect(late).toEqual(['status']);
    for (const id of ['r1', 'r3', 'r4'])
      factory.last.say({ type: 'file_saved', request_id: id, path: id });
    await expect(Promise.all(replies)).resolves.toEqual(
      ['r1', 'r2', 'r3', 'r4'].map((path) => ({ path })),
    );
    client.close();
  });

  it('times out from the moment of the call, waiting included', async () => {
    const { client, factory, settle } = harness({ timeoutMs: 1000 });
    const reply = settled(client.request('file_open', { path: 'a' }));
    await settle();
    await vi.advanceTimersByTimeAsync(600);
    factory.last.greet();
    await vi.advanceTimersByTimeAsync(399);
    expect(factory.last.sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await reply).toMatchObject({ code: 'timeout', retryable: true });
    expect(factory.last.sent[1]).toMatchObject({
      ...{ type: 'cancel', request_id_to_cancel: factory.last.sent[0]?.['request_id'] },
    });
    client.close();
  });

  it('waits for a person as long as the approval is open, and then has its own time', async () => {
    const { client, factory, open } = harness({ timeoutMs: 1000 });
    await open();
    const onPending = vi.fn();
    const reply = settled(
      client.request('file_delete', { path: 'a' }, { requestId: 'r1', onPending }),
    );
    const pending = {
      ...{ type: 'pending', request_id: 'r1', action: 'ide_file_delete', reason: 'review' },
      ...{
        audit_id: 'v',
        approval_id: 'p',
        expires_at: new Date(Date.now() + 60_000).toISOString(),
      },
    };
    factory.last.say(pending);
    expect(onPending).toHaveBeenCalledWith(pending);
    let over = false;
    void reply.then(() => (over = true));
    await vi.advanceTimersByTimeAsync(60_999);
    expect(over).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await reply).toMatchObject({ code: 'timeout' });
    client.close();
  });

  it('is rejected as expired after too long a time without a connection', async () => {
    const { client, environment, settle, factory } = harness({
      ...{ timeoutMs: 0, queue: { maxAgeMs: 60_000 } },
    });
    environment.online = false;
    const old = settled(client.request('file_open', { path: 'old' }));
    await vi.advanceTimersByTimeAsync(59_000);
    const young = client.request('file_open', { path: 'young' }, { requestId: 'young' });
    await vi.advanceTimersByTimeAsync(2000);
    expect(await old).toMatchObject({ code: 'expired' });
    environment.online = true;
    environment.wake();
    await settle();
    factory.last.greet();
    expect(frames(factory.last.sent)).toEqual(['young']);
    factory.last.say({ type: 'file_opened', request_id: 'young', path: 'young' });
    await expect(young).resolves.toMatchObject({ path: 'young' });
  });

  it('is not sent again when the clock shows that it is too old, whatever the timers did', async () => {
    const { client, factory, open } = harness({ timeoutMs: 0, queue: { maxAgeMs: 60_000 } });
    await open();
    const reply = settled(client.request('file_open', { path: 'a' }));
    factory.last.drop(1006);
    vi.setSystemTime(Date.now() + 120_000);
    await vi.advanceTimersByTimeAsync(250);
    factory.last.greet();
    expect(factory.last.sent).toEqual([]);
    expect(await reply).toMatchObject({ code: 'expired' });
  });
});

describe('the queue', () => {
  it('rejects the new call when too many wait', async () => {
    const { client, settle } = harness({ queue: { maxRequests: 2 } });
    const counts: number[] = [];
    client.on('queue', ({ queued }) => counts.push(queued));
    const first = [settled(client.request('ping', {})), settled(client.request('ping', {}))];
    await expect(client.request('ping', {})).rejects.toMatchObject({
      code: 'queue_full',
      retryable: true,
    });
    expect(client.queued).toBe(2);
    await settle();
    client.close();
    expect(await Promise.all(first)).toMatchObject([{ code: 'closed' }, { code: 'closed' }]);
    expect(counts).toEqual([1, 2, 1, 0]);
  });

  it('counts bytes in UTF-8, and only while they wait', async () => {
    const { client, factory, settle } = harness({ queue: { maxBytes: 200 } });
    const save = (content: string) => settled(client.request('file_save', { path: 'a', content }));
    expect(await save('é'.repeat(100))).toMatchObject({ code: 'queue_full' });
    const waiting = save('e'.repeat(50));
    expect(client.queued).toBe(1);
    await settle();
    factory.last.greet();
    const large = save('é'.repeat(1000));
    expect(factory.last.sent).toHaveLength(2);
    client.close();
    expect(await waiting).toMatchObject({ code: 'closed' });
    expect(await large).toMatchObject({ code: 'closed' });
  });

  it('holds 500 requests unless told otherwise', async () => {
    const { client } = harness();
    const waiting = Array.from({ length: 500 }, () => settled(client.request('ping', {})));
    await expect(client.request('ping', {})).rejects.toMatchObject({ code: 'queue_full' });
    client.close();
    await Promise.all(waiting);
  });

  it('takes no second request under an id that is on its way', async () => {
    const { client } = harness();
    const first = settled(client.request('ping', {}, { requestId: 'same' }));
    await expect(client.request('ping', {}, { requestId: 'same' })).rejects.toMatchObject({
      code: 'already_exists',
    });
    client.close();
    expect(await first).toMatchObject({ code: 'closed' });
  });
});

describe('a frame larger than the server takes', () => {
  it('is rejected before it is sent', async () => {
    const { client, factory, open } = harness();
    await open({ limits: { message_bytes: 300, heartbeat_ms: 30_000 } });
    const content = 'é'.repeat(200);
    await expect(client.request('file_save', { path: 'a', content })).rejects.toMatchObject({
      code: 'too_large',
    });
    expect(factory.last.sent).toEqual([]);
  });

  it('that closes the connection all the same ends the client rather than closing it for ever', async () => {
    const { client, factory, open } = harness();
    await open();
    const reply = settled(client.request('file_save', { path: 'a', content: 'x' }));
    factory.last.drop(1009, 'too big');
    expect(await reply).toMatchObject({ code: 'closed', message: 'too big' });
    expect(client.status).toMatchObject({ state: 'closed', code: 1009 });
  });
});

describe('a server that has lost its memory', () => {
  it('is not sent again what it may have done already', async () => {
    const { client, factory, environment, open } = harness();
    await open();
    const sent = settled(client.request('code_execute', { language: 'python', code: 'x' }));
    environment.online = false;
    environment.wake();
    const waiting = client.request('file_open', { path: 'a' }, { requestId: 'r2' });
    environment.online = true;
    environment.wake();
    await vi.advanceTimersByTimeAsync(250);
    factory.last.greet({ forgotten: true, epoch: 'e_2' });
    expect(await sent).toMatchObject({ code: 'interrupted', retryable: false });
    expect(frames(factory.last.sent)).toEqual(['r2']);
    client.close();
    await settled(waiting);
  });

  it('is sent again what had not been sent, or when it remembers the session', async () => {
    const { client, factory, open } = harness();
    const first = settled(client.request('file_open', { path: 'a' }, { requestId: 'r1' }));
    await open();
    factory.last.drop(1006);
    await vi.advanceTimersByTimeAsync(250);
    factory.last.greet({ epoch: 'e_2' });
    expect(frames(factory.last.sent)).toEqual(['r1']);
    client.close();
    await first;
  });
});

describe('an abort', () => {
  it('rejects with its reason as the cause and tells the server', async () => {
    const { client, factory, open } = harness();
    await open();
    const controller = new AbortController();
    const { signal } = controller;
    const reply = settled(client.request('file_open', { path: 'a' }, { signal, requestId: 'r1' }));
    controller.abort('enough');
    controller.abort('again');
    expect(await reply).toMatchObject({ code: 'cancelled', cause: 'enough' });
    expect(factory.last.sent).toMatchObject([
      { request_id: 'r1' },
      { type: 'cancel', request_id_to_cancel: 'r1' },
    ]);
    client.close();
  });

  it('of a request that was never sent leaves no trace', async () => {
    const { client, factory, settle } = harness();
    const controller = new AbortController();
    const reply = settled(client.request('ping', {}, { signal: controller.signal }));
    controller.abort();
    expect(await reply).toMatchObject({ code: 'cancelled' });
    await settle();
    factory.last.greet();
    expect(factory.last.sent).toEqual([]);
    expect(client.queued).toBe(0);
  });

  it('while disconnected reaches the server after the reconnect, the request does not', async () => {
    const { client, factory, open } = harness();
    await open();
    const controller = new AbortController();
    const { signal } = controller;
    const reply = settled(client.request('file_open', { path: 'a' }, { signal, requestId: 'r1' }));
    factory.last.drop(1006);
    controller.abort();
    expect(await reply).toMatchObject({ code: 'cancelled' });
    await vi.advanceTimersByTimeAsync(250);
    factory.last.greet();
    expect(factory.last.sent).toMatchObject([{ type: 'cancel', request_id_to_cancel: 'r1' }]);
    client.close();
  });

  it('reaches the server also when the queue is full', async () => {
    const { client, factory, open } = harness({ queue: { maxBytes: 0 } });
    await open();
    const controller = new AbortController();
    const { signal } = controller;
    const reply = settled(client.request('ping', {}, { signal, requestId: 'r1' }));
    factory.last.drop(1006);
    await expect(client.request('ping', {})).rejects.toMatchObject({ code: 'queue_full' });
    controller.abort();
    expect(await reply).toMatchObject({ code: 'cancelled' });
    await vi.advanceTimersByTimeAsync(250);
    factory.last.greet();
    expect(factory.last.sent).toMatchObject([{ type: 'cancel', request_id_to_cancel: 'r1' }]);
    client.close();
  });

  it('before the call sends nothing', async () => {
    const { client, factory } = harness();
    const signal = AbortSignal.abort('no');
    await expect(client.request('ping', {}, { signal })).rejects.toMatchObject({
      ...{ code: 'cancelled', cause: 'no' },
    });
    expect(factory.sockets).toHaveLength(0);
  });

  it('after the reply changes nothing, and its listener is gone', async () => {
    const { client, factory, open } = harness();
    await open();
    const controller = new AbortController();
    const remove = vi.spyOn(controller.signal, 'removeEventListener');
    const { signal } = controller;
    const reply = client.request('file_open', { path: 'a' }, { signal, requestId: 'r1' });
    factory.last.say({ type: 'file_opened', request_id: 'r1', path: 'a' });
    controller.abort();
    await expect(reply).resolves.toEqual({ path: 'a' });
    expect(remove).toHaveBeenCalledTimes(1);
    expect(factory.last.sent).toHaveLength(1);
  });
});
