import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { shareSocket, type ShareSocketOptions } from '../../src/tabs/index.ts';
import { connectTo } from '../support/client.ts';
import { socketFactory } from '../support/fake-socket.ts';
import { TestServer } from '../support/server.ts';
import { FakeBrowser } from './fake-browser.ts';
import { FakeTab } from './fake-tab.ts';
import { Browser } from './pages.ts';

function denied(): never {
  throw new DOMException('not here', 'SecurityError');
}

afterEach(() => void vi.unstubAllGlobals());

describe('each tab keeps a socket of its own', () => {
  it('in a session of its own', async () => {
    await using server = await TestServer.start();
    const browser = new Browser();
    const one = await browser.open(server, { sessionId: 's_1' });
    const two = await browser.open(server, { sessionId: 's_2' });
    await one.client.request('file_create', { path: 'a' });
    await two.client.request('file_create', { path: 'b' });
    expect(server.sockets).toHaveLength(2);
    expect(browser.held.size).toBe(2);
  });

  it.each<[string, Partial<ShareSocketOptions>]>([
    ['without Web Locks', { locks: undefined }],
    ['where locks are not allowed', { locks: { request: () => Promise.reject(new Error()) } }],
    ['where channels are not allowed', { createChannel: denied }],
    ['without a storage', { storage: { getItem: denied, setItem: denied } }],
  ])('%s', async (_, options) => {
    vi.stubGlobal('navigator', {});
    await using server = await TestServer.start();
    const browser = new FakeBrowser();
    for (const path of ['a', 'b']) {
      const tab = new FakeTab(browser);
      const WebSocket = shareSocket({ ...tab.parts, ...options });
      const client = connectTo(server.url, { sessionId: 's_1', WebSocket });
      onTestFinished(() => client.close());
      await client.request('file_create', { path });
      expect(tab.openSockets).toBe(1);
    }
  });
});

describe('a tab that the server greets otherwise', () => {
  it.each([
    ['as another user', { user: { id: 'bob', roles: [] } }],
    ['as a user with other rights', { user: { id: 'ada', roles: ['admin'] } }],
    ['in another session', { session_id: 's_2' }],
    ['after a restart', { epoch: 'e_2' }],
    ['as another client', { client_id: 'k_2' }],
  ])('%s, uses its own socket', async (_, greeting) => {
    const browser = new FakeBrowser();
    const pages = [{}, greeting].map((fields) => {
      const { WebSocket, sockets } = socketFactory();
      const client = new FakeTab(browser, WebSocket).client('ws://host/ide/ws');
      onTestFinished(() => client.close());
      client.connect();
      return { client, fields, sockets };
    });
    for (const { client, fields, sockets } of pages) {
      await vi.waitFor(() => sockets[0]!.greet(fields));
      await vi.waitFor(() => expect(client.status.state).toBe('connected'));
      client.request('file_create', { path: 'a' }).catch(() => {});
      expect(sockets[0]!.sent).toMatchObject([{ type: 'file_create' }]);
    }
  });
});
