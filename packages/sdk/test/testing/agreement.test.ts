import { expect, it, vi } from 'vitest';
import { createClient, isAssistantError } from '../../src/index.ts';
import type { EventName } from '../../src/protocol/index.ts';
import { fakeEnvironment, statusOf } from '../support/client.ts';
import { fakeStage, realStage, type Stage } from './stages.ts';

/** A client's day, as the client sees it. */
async function play(stage: Stage): Promise<unknown[]> {
  const seen: unknown[] = [];
  const client = createClient({
    ...stage.options,
    environment: fakeEnvironment(),
    // Retries wait until the scenario asks for them.
    ...{ backoff: { minMs: 600_000, maxMs: 600_000 }, random: () => 1 },
  });
  client.on('status', (status) => {
    if (status.state !== 'connected') seen.push({ ...status, retryAt: 0 });
    else {
      const { resumed, seq, limits } = status.connect;
      seen.push({ resumed, seq, limits: Object.keys(limits).toSorted() });
    }
  });
  client.on('event', ({ type, seq, request_id, session_id, timestamp: time }) =>
    seen.push({
      event: type,
      seq,
      request_id,
      ...{ ours: session_id === client.sessionId, time: typeof time },
    }),
  );
  client.on('binary', (frame) => seen.push([...new Uint8Array(frame)]));
  const note = async (promise: Promise<unknown>) => {
    const outcome = await promise.catch((error: unknown) => error);
    if (!isAssistantError(outcome)) {
      const { verification_id, timestamp: _time, ...rest } = outcome as Record<string, unknown>;
      seen.push({ ...rest, ...(verification_id ? { verification_id: 'v' } : {}) });
    } else {
      const { code, message, retryable, details, auditId } = outcome;
      seen.push({ code, message: code === 'invalid_message' ? '' : message, retryable });
      seen.push({ details, auditId });
    }
  };
  const eventOf = (name: EventName) =>
    new Promise<void>((resolve) => {
      const stop = client.on(name, () => {
        stop();
        resolve();
      });
    });
  const reconnect = async () => {
    await vi.waitFor(() => expect(client.status.state).toBe('reconnecting'), 5_000);
    client.reconnect();
    await statusOf(client, 'connected');
  };

  client.connect();
  await eventOf('session_snapshot');

  await note(client.request('file_delete', { path: 'a' }, { requestId: 'once' }));
  await note(client.request('file_delete', { path: 'a' }, { requestId: 'once' }));
  await note(client.request('file_open', { path: 'b' }));
  await note(client.request('file_create', { path: 'c' }));
  await note(client.request('audit_get', { verification_id: 'v' }));
  const onPending = ({ request_id, ...notice }: object & { request_id: string }) =>
    seen.push(request_id, notice);
  const paths = { old_path: 'a', new_path: 'b' };
  await note(client.request('file_rename', paths, { requestId: 'rename', onPending }));

  const typing = eventOf('ai_typing');
  stage.emit('ai_typing', { is_typing: true });
  stage.binary(new Uint8Array([1, 2]).buffer);
  await typing;
  await vi.waitFor(() => expect(seen).toContainEqual([1, 2]));

  const answer = client.request('chat', { message: 'hi' }, { requestId: 'chat' });
  await vi.waitFor(() => expect(stage.received()).toContain('chat'));
  stage.cut();
  await vi.waitFor(() => expect(client.status.state).toBe('reconnecting'), 5_000);
  stage.emit('ai_typing', { is_typing: false });
  const missed = eventOf('ai_typing');
  await reconnect();
  await missed;
  await vi.waitFor(() =>
    expect(stage.received().filter((type) => type === 'chat')).toHaveLength(2),
  );
  stage.props.letAnswer();
  await note(answer);

  const snapshot = eventOf('session_snapshot');
  stage.restart();
  await snapshot;
  const next = eventOf('ai_typing');
  stage.emit('ai_typing', { is_typing: true });
  await next;

  stage.close(4403, 'not yours');
  await statusOf(client, 'closed');
  const received = stage.received();
  await stage.stop();
  return [seen, received, stage.props.deletions];
}

vi.setConfig({ testTimeout: 30_000 });

it('is for a client what a real server is: the same scenario looks the same', async () => {
  const fake = await play(fakeStage());
  const real = await play(await realStage());
  expect(fake).toEqual(real);
  expect(fake[2]).toBe(1);
});
