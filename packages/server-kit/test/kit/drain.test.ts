import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { connectRaw } from '../support/raw-client.ts';
import { startKit, type StartedKit } from '../support/start-kit.ts';

const query = { session: 'mine', client: 'k1' };

/** A kit whose assistant answers when it is let go. */
async function startHeld(): Promise<StartedKit & { letGo: () => void }> {
  const gate = Promise.withResolvers<void>();
  const started = await startKit({
    assistant: async function* patient(_turn, { signal }) {
      yield { type: 'text', delta: 'so far' };
      const stopped = new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
      await Promise.race([gate.promise, stopped]);
      yield { type: 'text', delta: ', and done' };
    },
  });
  return { ...started, letGo: () => gate.resolve() };
}

const chat = { type: 'chat', request_id: 'talk', message: 'hi' };

describe('a server that stops gracefully', () => {
  test('says when to come back, answers what runs, and then closes with 1012', async () => {
    const { kit, url, letGo } = await startHeld();
    const client = await connectRaw(url, { query });
    const answer = client.ask(chat);
    await client.next(({ type }) => type === 'ai_delta');
    const closed = kit.close({ graceMs: 60_000 });
    const { retry_after_ms: wait } = await client.next(({ type }) => type === 'disconnect');
    expect(wait).toBeGreaterThanOrEqual(0);
    expect(wait).toBeLessThanOrEqual(5_000);
    letGo();
    expect(await answer).toMatchObject({ message: { content: 'so far, and done' } });
    expect(await client.closed).toMatchObject({ code: 1012 });
    await closed;
  });

  test('begins nothing any more, so that the next server does it once', async () => {
    const { kit, url, directory, workspaceOf, letGo } = await startHeld();
    const client = await connectRaw(url, { query });
    const answer = client.ask(chat);
    await client.next(({ type }) => type === 'ai_delta');
    const closed = kit.close({ graceMs: 60_000 });
    await client.next(({ type }) => type === 'disconnect');
    const create = { type: 'file_create', request_id: 'late', path: 'late.txt', content: 'x' };
    client.send(create);
    // Answered in its turn, so that the frame before it has been read.
    expect(await client.ask({ type: 'ping' })).toMatchObject({ type: 'pong' });
    letGo();
    await answer;
    await closed;
    expect(client.messages.filter(({ request_id: id }) => id === 'late')).toEqual([]);
    expect(existsSync(join(workspaceOf('mine'), 'late.txt'))).toBe(false);

    const next = await startKit({ dataDirectory: directory });
    const again = await connectRaw(next.url, { query });
    expect(await again.ask(create)).toMatchObject({ type: 'file_created' });
  });

  test('ends a run that outlasts its grace as interrupted, also for who asks the next server', async () => {
    const { kit, url, directory } = await startHeld();
    const client = await connectRaw(url, { query });
    const answer = client.ask(chat);
    await client.next(({ type }) => type === 'ai_delta');
    await kit.close({ graceMs: 0 });
    const interrupted = { type: 'error', code: 'interrupted', retryable: false };
    expect(await answer).toMatchObject(interrupted);

    const next = await startKit({ dataDirectory: directory });
    const again = await connectRaw(next.url, { query });
    expect(await again.ask(chat)).toMatchObject(interrupted);
  });

  test('leaves a save that still waits for its turn to the next server', async () => {
    const { kit, url, directory, workspaceOf } = await startKit();
    const client = await connectRaw(url, { query });
    const saves = Array.from({ length: 60 }, (_, index) => ({
      ...{ type: 'file_save', request_id: `s${index}`, path: 'a.txt', content: `v${index}` },
    }));
    for (const save of saves) client.send(save);
    await client.next(({ request_id: id }) => id === 's0');
    await kit.close({ graceMs: 0 });
    const answers = client.messages.filter(({ type }) => type === 'file_saved');
    expect(client.messages.filter(({ type }) => type === 'cancelled')).toEqual([]);
    expect(answers.length).toBeLessThan(saves.length);
    await vi.waitFor(() => expect(existsSync(workspaceOf('mine'))).toBe(true));

    const next = await startKit({ dataDirectory: directory });
    const again = await connectRaw(next.url, { query });
    const replies = await Promise.all(saves.map((save) => again.ask(save)));
    expect(new Set(replies.map(({ type }) => type))).toEqual(new Set(['file_saved']));
    expect(await again.ask({ type: 'file_open', path: 'a.txt' })).toMatchObject({
      content: 'v59',
    });
  });
});
