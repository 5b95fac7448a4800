import { describe, expect, it, vi } from 'vitest';
import { createFakeServer } from '../../src/testing/index.ts';
import { statusOf } from '../support/client.ts';
import { connectTo } from './connect.ts';

const delta = { message_id: 'm', delta: 'x' };

describe('a request to the fake server', () => {
  it('is answered by its handler, with a proof, and noted', async () => {
    const server = createFakeServer({
      replies: { file_delete: async ({ path }) => ({ path: `/${path}` }) },
    });
    const reply = await connectTo(server).request('file_delete', { path: 'a' });
    expect(reply).toMatchObject({ path: '/a', verified: true });
    expect(reply.verification_id).toBeTypeOf('string');
    expect(Date.parse(reply.timestamp)).not.toBeNaN();
    expect(server.received).toMatchObject([{ type: 'file_delete', path: 'a' }]);
  });

  it('takes effect once, and a repeat gets the reply that was kept', async () => {
    const file_delete = vi.fn(({ path }: { path: string }) => ({ path }));
    const server = createFakeServer({ replies: { file_delete } });
    const client = connectTo(server);
    const first = await client.request('file_delete', { path: 'a' }, { requestId: 'r' });
    const again = await client.request('file_delete', { path: 'a' }, { requestId: 'r' });
    expect(again).toEqual(first);
    expect(file_delete).toHaveBeenCalledTimes(1);
    expect(server.received).toHaveLength(2);
  });

  it('takes effect again for another client that uses the same id', async () => {
    const file_delete = vi.fn(({ path }: { path: string }) => ({ path }));
    const server = createFakeServer({ replies: { file_delete } });
    for (const path of ['a', 'b']) {
      const other = connectTo(server);
      await other.request('file_delete', { path }, { requestId: 'r' });
      other.close();
    }
    expect(file_delete.mock.calls.map(([{ path }]) => path)).toEqual(['a', 'b']);
  });

  it('that was cut off is joined by its repeat, and answered once', async () => {
    let answer = (_reply: { path: string }) => {};
    const file_delete = vi.fn(
      () =>
        new Promise<{ path: string }>((resolve) => {
          answer = resolve;
        }),
    );
    const server = createFakeServer({ replies: { file_delete } });
    const client = connectTo(server);
    const reply = client.request('file_delete', { path: 'a' });
    await vi.waitFor(() => expect(file_delete).toHaveBeenCalled());
    server.cut();
    await statusOf(client, 'reconnecting');
    client.reconnect();
    await vi.waitFor(() => expect(server.received).toHaveLength(2));
    answer({ path: 'a' });
    await expect(reply).resolves.toMatchObject({ path: 'a' });
    expect(file_delete).toHaveBeenCalledTimes(1);
  });

  it('fails as the handler does, with its code and details', async () => {
    const server = createFakeServer({
      replies: {
        file_save() {
          const details = { current_hash: 'sha256:0' };
          throw Object.assign(new Error('Changed meanwhile'), { code: 'conflict', details });
        },
        async file_open() {
          throw new Error('broken');
        },
      },
    });
    const client = connectTo(server);
    await expect(client.request('file_save', { path: 'a', content: '' })).rejects.toMatchObject({
      ...{ code: 'conflict', message: 'Changed meanwhile', retryable: false },
      details: { current_hash: 'sha256:0' },
    });
    await expect(client.request('file_open', { path: 'a' })).rejects.toMatchObject({
      ...{ code: 'internal', message: 'broken' },
    });
  });

  it('may be tried again after a failure that may pass', async () => {
    const file_delete = vi.fn(({ path }: { path: string }) => {
      if (file_delete.mock.calls.length > 1) return { path };
      throw Object.assign(new Error('busy'), { code: 'unavailable', retryable: true });
    });
    const server = createFakeServer({ replies: { file_delete } });
    const remove = () => client.request('file_delete', { path: 'a' }, { requestId: 'r' });
    const client = connectTo(server);
    await expect(remove()).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    await expect(remove()).resolves.toMatchObject({ path: 'a' });
  });

  it('is blocked when the handler says so', async () => {
    const server = createFakeServer({
      replies: {
        file_delete: () => ({ type: 'blocked', action: 'a', reason: 'policy', audit_id: 'v_1' }),
      },
    });
    await expect(connectTo(server).request('file_delete', { path: 'a' })).rejects.toMatchObject({
      ...{ code: 'blocked', message: 'policy', auditId: 'v_1' },
    });
  });

  it('is answered with an error where there is no handler', async () => {
    await expect(connectTo(createFakeServer()).request('approval_list', {})).rejects.toMatchObject({
      ...{ code: 'invalid_message', original_type: 'approval_list' },
    });
  });

  it('can wait for a person first', async () => {
    const notice = {
      ...{ action: 'ide_file_delete', reason: 'policy', audit_id: 'v', approval_id: 'p' },
      expires_at: '2026-11-21T12:00:00.000Z',
    };
    const server = createFakeServer({
      replies: {
        async file_delete({ path }, { pending }) {
          pending(notice);
          await Promise.resolve();
          return { path };
        },
      },
    });
    const onPending = vi.fn();
    await connectTo(server).request('file_delete', { path: 'a' }, { onPending });
    expect(onPending).toHaveBeenCalledExactlyOnceWith(expect.objectContaining(notice));
  });

  it('streams what the handler emits', async () => {
    const server = createFakeServer({
      replies: {
        chat({ message }, { emit }) {
          for (const word of message.split(' ')) emit('ai_delta', { ...delta, delta: word });
          const answer = { id: 'm', role: 'assistant' as const, content: 'ab', timestamp: '' };
          return { message: answer, diffs: [] };
        },
      },
    });
    const deltas: string[] = [];
    for await (const part of connectTo(server).stream('chat', { message: 'a b' })) {
      if (part.type === 'ai_delta') deltas.push(part.delta);
    }
    expect(deltas).toEqual(['a', 'b']);
  });
});
