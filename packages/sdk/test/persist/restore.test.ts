import { afterEach, describe, expect, it, vi } from 'vitest';
import { statusOf } from '../support/client.ts';
import { TestServer } from '../support/server.ts';
import { MemoryStorage } from './memory-storage.ts';
import { leave, nowhere, openPage, save } from './pages.ts';

afterEach(() => void vi.useRealTimers());

/** Lets a server take requests and answer none before it is told. */
function holdAnswers({ handlers }: TestServer): () => void {
  const answer = handlers['file_save']!;
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  handlers['file_save'] = async (...request) => {
    await held;
    return answer(...request);
  };
  return release;
}

describe('after a reload', () => {
  it('what had no answer yet is asked again under its id, and takes effect once', async () => {
    await using server = await TestServer.start();
    const storage = new MemoryStorage();
    const release = holdAnswers(server);
    const before = await openPage(server.url, storage);
    leave(before, 'r1');
    await vi.waitFor(() => expect(server.effects).toEqual(['r1']));
    before.kill();

    const { restored } = await openPage(server.url, storage);
    const asked = () => server.received.filter(({ request_id }) => request_id === 'r1');
    await vi.waitFor(() => expect(asked()).toHaveLength(2));
    release();
    expect(restored).toMatchObject([
      { type: 'file_save', input: { path: 'r1.txt', content: 'r1' }, requestId: 'r1' },
    ]);
    await expect(restored[0]!.result).resolves.toMatchObject({ path: 'r1.txt' });
    expect(server.effects).toEqual(['r1']);
    await vi.waitFor(() => expect(storage.ids).toEqual([]));
  });

  it('what was called without a connection is sent in its order, before anything new', async () => {
    const storage = new MemoryStorage();
    const before = await openPage(nowhere, storage);
    const ids = Array.from({ length: 20 }, (_, index) => `r${index}`);
    leave(before, ...ids);
    expect(storage.ids).toEqual(ids);
    before.kill();

    await using server = await TestServer.start();
    const { client } = await openPage(server.url, storage);
    await client.request('file_save', ...save('new'));
    expect(server.effects).toEqual([...ids, 'new']);
  });

  it('a stream that was cut off is asked for as a request', async () => {
    const storage = new MemoryStorage();
    const before = await openPage(nowhere, storage);
    const { requestId, result } = before.client.stream('chat', { message: 'why' });
    result.catch(() => {});
    before.kill();

    await using server = await TestServer.start();
    const { restored } = await openPage(server.url, storage);
    expect(restored).toMatchObject([{ type: 'chat', input: { message: 'why' }, requestId }]);
    await expect(restored[0]!.result).resolves.toMatchObject({ message: { content: 'why ' } });
  });

  it('the order holds even if the clock was put back', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
    const storage = new MemoryStorage();
    const before = await openPage(nowhere, storage);
    leave(before, 'r1');
    before.kill();
    vi.setSystemTime(1_700_000_000_000);
    const later = await openPage(nowhere, storage);
    leave(later, 'r2');
    later.kill();

    await using server = await TestServer.start();
    await openPage(server.url, storage);
    await vi.waitFor(() => expect(server.effects).toEqual(['r1', 'r2']));
  });

  it('what is too old is reported as expired and not sent', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 });
    const storage = new MemoryStorage();
    const before = await openPage(nowhere, storage);
    leave(before, 'old');
    vi.setSystemTime(Date.now() + 60_000);
    leave(before, 'young');
    before.kill();

    await using server = await TestServer.start();
    const { restored } = await openPage(server.url, storage, { maxAgeMs: 60_000 });
    expect(restored.map(({ requestId, calledAt }) => [requestId, calledAt])).toEqual([
      ['old', 1_700_000_000_000],
      ['young', 1_700_000_060_000],
    ]);
    await expect(restored[0]!.result).rejects.toMatchObject({ code: 'expired' });
    await expect(restored[1]!.result).resolves.toMatchObject({ path: 'young.txt' });
    expect(server.effects).toEqual(['young']);
    await vi.waitFor(() => expect(storage.ids).toEqual([]));
  });
});

describe('two tabs that find the same queue', () => {
  /** Both ask before either is answered. */
  async function restoreTwice(server: TestServer) {
    const storage = new MemoryStorage();
    const before = await openPage(nowhere, storage);
    leave(before, 'r1', 'r2');
    before.kill();
    const release = holdAnswers(server);
    const pages = await Promise.all([1, 2].map(() => openPage(server.url, storage)));
    await vi.waitFor(() => expect(server.received).toHaveLength(4));
    release();
    const results = pages.flatMap(({ restored }) => restored.map(({ result }) => result));
    return { storage, replies: (await Promise.all(results)) as { path: string }[] };
  }

  it('both send it, and it takes effect once', async () => {
    await using server = await TestServer.start();
    const { storage, replies } = await restoreTwice(server);
    expect(replies.map(({ path }) => path)).toEqual(['r1.txt', 'r2.txt', 'r1.txt', 'r2.txt']);
    expect(server.effects).toEqual(['r1', 'r2']);
    await vi.waitFor(() => expect(storage.ids).toEqual([]));
  });

  it('would show a server that does not remember requests', async () => {
    await using server = await TestServer.start({ dedupe: false });
    await restoreTwice(server);
    expect(server.effects).toHaveLength(4);
  });
});

describe('a client that is closed and connected again', () => {
  it('repeats first what its end had left unanswered', async () => {
    await using server = await TestServer.start();
    const page = await openPage(server.url, new MemoryStorage());
    const { client, restored } = page;
    const release = holdAnswers(server);
    const reply = client.request('file_save', ...save('r1'));
    await statusOf(client, 'connected');
    client.close();
    await expect(reply).rejects.toMatchObject({ code: 'closed' });
    release();
    client.connect();
    leave(page, 'r2');
    await vi.waitFor(() => expect(server.effects).toEqual(['r1', 'r2']));
    expect(restored.map(({ requestId }) => requestId)).toEqual(['r1']);
  });
});
