import { afterEach, describe, expect, it, vi } from 'vitest';
import { isAssistantError } from '../../src/index.ts';
import { statusOf } from '../support/client.ts';
import { TestServer } from '../support/server.ts';
import { MemoryStorage } from './memory-storage.ts';
import { leave, nowhere, openPage, save } from './pages.ts';

afterEach(() => void vi.unstubAllGlobals());

describe('a storage that fails', () => {
  it.each(['getAll', 'add', 'delete'] as const)('in %s costs no request', async (method) => {
    await using server = await TestServer.start();
    const storage = new MemoryStorage();
    const { kill } = await openPage(nowhere, storage);
    kill();
    storage.broken = [method];
    const { client, errors } = await openPage(server.url, storage);
    const reply = await client.request('file_save', ...save('r1'));
    expect(reply).toMatchObject({ path: 'r1.txt' });
    expect(server.effects).toEqual(['r1']);
    await vi.waitFor(() => expect(errors).toEqual([new Error(`${method} failed`)]));
  });

  it.each(['getAll', 'add'] as const)(
    'in %s is not used where it could not keep who the client is',
    async (method) => {
      await using server = await TestServer.start();
      const storage = new MemoryStorage();
      storage.broken = [method];
      const { client, errors } = await openPage(server.url, storage);
      storage.broken = [];
      await client.request('file_save', ...save('r1'));
      expect(server.effects).toEqual(['r1']);
      expect(storage.ids).toEqual([]);
      expect(errors).toHaveLength(1);
    },
  );
});

describe('a queue that is full', () => {
  it('keeps no more, which is told, and the request is sent', async () => {
    await using server = await TestServer.start();
    const storage = new MemoryStorage();
    const answer = server.handlers['file_save']!;
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    server.handlers['file_save'] = async (...request) => (await held, answer(...request));
    const page = await openPage(server.url, storage);
    const { client, errors } = page;
    client.connect();
    await statusOf(client, 'connected');
    const content = 'x'.repeat(600_000);
    const replies = ['r1', 'r2'].map((requestId) =>
      client.request('file_save', { path: requestId, content }, { requestId }),
    );
    expect(storage.ids).toEqual(['r1']);
    expect(errors).toMatchObject([{ code: 'queue_full' }]);
    expect(isAssistantError(errors[0])).toBe(true);
    release();
    await Promise.all(replies);
    expect(server.effects).toEqual(['r1', 'r2']);
    await client.request('file_save', { path: 'r3', content }, { requestId: 'r3' });
    expect(errors).toHaveLength(1);
  });
});

describe('without IndexedDB', () => {
  it('the queue is kept in localStorage, apart from what else is there', async () => {
    const localStorage: Record<string, string> = { theirs: '{' };
    vi.stubGlobal('localStorage', localStorage);
    const other = await openPage(nowhere, undefined, { key: 'app:ada' });
    const before = await openPage(nowhere, undefined);
    leave(before, 'r1', 'r2');
    leave(other, 'r3');
    expect(other.identity).not.toEqual(before.identity);
    before.kill();

    await using server = await TestServer.start();
    const { restored, identity, errors } = await openPage(server.url, undefined);
    expect(identity).toEqual(before.identity);
    await Promise.all(restored.map(({ result }) => result));
    expect(server.effects).toEqual(['r1', 'r2']);
    await vi.waitFor(() => expect(Object.keys(localStorage)).toHaveLength(4));
    expect(errors).toEqual([]);
  });

  it('nor localStorage nothing is kept, which is told once', async () => {
    await using server = await TestServer.start();
    vi.stubGlobal('localStorage', undefined);
    const { client, errors } = await openPage(server.url, undefined);
    await client.request('file_save', ...save('r1'));
    await client.request('file_save', ...save('r2'));
    expect(errors).toHaveLength(1);
    expect(server.effects).toEqual(['r1', 'r2']);
  });
});
