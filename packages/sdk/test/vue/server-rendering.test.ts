import { createSSRApp, h } from 'vue';
import { renderToString } from 'vue/server-renderer';
import { afterEach, expect, it, vi } from 'vitest';
import { createClient, type Client } from '../../src/index.ts';
import { createFakeServer } from '../../src/testing/index.ts';
import { useIdeClient, useIdeStatus } from '../../src/vue.ts';

afterEach(() => vi.unstubAllGlobals());

it('renders on a server without opening a connection, touching a global or listening on', async () => {
  const server = createFakeServer();
  const clients: Client[] = [];
  const listened: string[] = [];
  const create = () => {
    const client = createClient({ url: 'ws://test/', WebSocket: server.WebSocket });
    const { on } = client;
    client.on = (name, listener) => {
      listened.push(name);
      return on(name, listener);
    };
    clients.push(client);
    return client;
  };
  const app = createSSRApp({
    setup() {
      const status = useIdeStatus(useIdeClient(create));
      return () => h('p', status.value.state);
    },
  });
  const touched = vi.fn();
  for (const name of ['addEventListener', 'setTimeout', 'setInterval', 'WebSocket']) {
    vi.stubGlobal(name, touched);
  }
  const before = Object.getOwnPropertyNames(globalThis);

  await expect(renderToString(app)).resolves.toBe('<p>idle</p>');

  expect(Object.getOwnPropertyNames(globalThis)).toEqual(before);
  expect(touched).not.toHaveBeenCalled();
  expect(listened).toEqual([]);
  expect(clients.map(({ status }) => status)).toEqual([{ state: 'idle' }]);
  expect(server.sockets).toEqual([]);
});
