import { describe, expect, it, vi } from 'vitest';
import { TestServer } from '../support/server.ts';
import { MemoryStorage } from './memory-storage.ts';
import { leave, nowhere, openPage } from './pages.ts';

describe('the identity of a key', () => {
  it('is the same after a reload, and goes to the server', async () => {
    await using server = await TestServer.start();
    const storage = new MemoryStorage();
    const before = await openPage(nowhere, storage);
    before.kill();
    const { client, identity } = await openPage(server.url, storage);
    expect(identity).toEqual(before.identity);
    await client.request('file_create', { path: 'a' });
    const { clientId, sessionId } = identity;
    expect(server.handshakes).toMatchObject([{ client: clientId, session: sessionId }]);
    expect(sessionId).toMatch(/^[\w-]{1,64}$/);
  });

  it('is one for tabs that start for the first time at once', async () => {
    const storage = new MemoryStorage();
    const pages = await Promise.all([1, 2, 3].map(() => openPage(nowhere, storage)));
    const [first, ...others] = pages.map(({ identity }) => identity);
    for (const identity of others) expect(identity).toEqual(first);
  });

  it('gives way to a session that the caller names; what belongs to another one waits', async () => {
    await using server = await TestServer.start();
    const storage = new MemoryStorage();
    const before = await openPage(nowhere, storage, {}, { sessionId: 'theirs' });
    leave(before, 'r1');
    before.kill();

    const own = await openPage(server.url, storage);
    await own.client.request('file_create', { path: 'a' }, { requestId: 'r2' });
    expect(own.restored).toEqual([]);
    expect(storage.ids).toEqual(['r1']);

    await openPage(server.url, storage, {}, { sessionId: 'theirs' });
    await vi.waitFor(() => expect(server.effects).toEqual(['r2', 'r1']));
    expect(server.handshakes.at(-1)).toMatchObject({ session: 'theirs' });
  });
});
