import { describe, expect, it, vi } from 'vitest';
import { contract } from '../../src/protocol/index.ts';
import { TestServer } from '../support/server.ts';
import { failure } from '../support/operations.ts';
import { MemoryStorage } from './memory-storage.ts';
import { leave, nowhere, openPage, save } from './pages.ts';

describe('a request is kept', () => {
  it.each(Object.values(contract))(
    'if it changes something: $name',
    async ({ name, ...operation }) => {
      // These list, or belong to a connection or to a terminal on the screen, though a repeat of them
      // is answered from memory.
      const others = [
        ...['approval_list', 'cancel', 'quarantine_list', 'subscribe', 'token_refresh'],
        ...['terminal_close', 'terminal_input', 'terminal_open', 'terminal_resize', 'unsubscribe'],
      ];
      const hasEffect = operation.class !== 'read' && !others.includes(name);
      const storage = new MemoryStorage();
      const { client } = await openPage(nowhere, storage);
      client.request(name, {}, { requestId: name }).catch(() => {});
      expect(storage.ids).toEqual(hasEffect ? [name] : []);
    },
  );

  it('if the caller says so', async () => {
    const storage = new MemoryStorage();
    const { client } = await openPage(nowhere, storage, { keep: (type) => type === 'file_open' });
    client.request('file_open', { path: 'a' }, { requestId: 'read' }).catch(() => {});
    client.request('file_create', { path: 'a' }, { requestId: 'create' }).catch(() => {});
    expect(storage.ids).toEqual(['read']);
  });

  it('until it is answered', async () => {
    await using server = await TestServer.start();
    const storage = new MemoryStorage();
    const { client } = await openPage(server.url, storage);
    const reply = client.request('file_save', ...save('r1'));
    expect(storage.ids).toEqual(['r1']);
    await reply;
    await vi.waitFor(() => expect(storage.ids).toEqual([]));
  });

  it.each([
    [
      'refused',
      'conflict',
      (server: TestServer) => {
        server.handlers['file_save'] = () => failure('conflict', 'changed');
      },
    ],
    [
      'blocked',
      'blocked',
      (server: TestServer) => {
        server.handlers['file_save'] = () => ({
          type: 'blocked',
          action: 'ide_file_save',
          reason: 'no',
          audit_id: 'v',
        });
      },
    ],
    [
      'cancelled by another',
      'cancelled',
      (server: TestServer) => {
        server.handlers['file_save'] = () => ({ type: 'cancelled' });
      },
    ],
  ])('until it is %s', async (_, code, arrange) => {
    await using server = await TestServer.start();
    arrange(server);
    const storage = new MemoryStorage();
    const { client } = await openPage(server.url, storage);
    await expect(client.request('file_save', ...save('r1'))).rejects.toMatchObject({ code });
    await vi.waitFor(() => expect(storage.ids).toEqual([]));
  });

  it('though the same is asked for again meanwhile', async () => {
    const storage = new MemoryStorage();
    const page = await openPage(nowhere, storage);
    leave(page, 'r1');
    await expect(page.client.request('file_save', ...save('r1'))).rejects.toMatchObject({
      code: 'already_exists',
    });
    expect(storage.ids).toEqual(['r1']);
    expect(page.errors).toEqual([]);
  });

  it('until its caller gives up', async () => {
    const storage = new MemoryStorage();
    const { client } = await openPage(nowhere, storage);
    const controller = new AbortController();
    const [input, options] = save('r1');
    const { signal } = controller;
    const aborted = client.request('file_save', input, { ...options, signal });
    const timedOut = client.request('file_save', input, { requestId: 'r2', timeoutMs: 1 });
    expect(storage.ids).toEqual(['r1', 'r2']);
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'cancelled' });
    await expect(timedOut).rejects.toMatchObject({ code: 'timeout' });
    await vi.waitFor(() => expect(storage.ids).toEqual([]));
  });

  it('beyond the end of the client', async () => {
    const storage = new MemoryStorage();
    const page = await openPage(nowhere, storage);
    leave(page, 'r1');
    page.client.close();
    await expect(page.client.request('file_save', ...save('late'))).rejects.toMatchObject({
      code: 'closed',
    });
    expect(storage.ids).toEqual(['r1']);
  });

  it.each([4401, 4403])('when the server closes with %i', async (code) => {
    await using server = await TestServer.start({ refuse: () => ({ code }) });
    const storage = new MemoryStorage();
    const { client } = await openPage(server.url, storage);
    await expect(client.request('file_save', ...save('r1'))).rejects.toBeDefined();
    expect(storage.ids).toEqual(['r1']);
  });
});
