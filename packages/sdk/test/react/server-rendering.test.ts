import { createElement, type ReactNode } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, expect, it, vi } from 'vitest';
import { createClient, type Client } from '../../src/index.ts';
import { useIdeClient, useIdeStatus } from '../../src/react.ts';
import { createFakeServer } from '../../src/testing/index.ts';

afterEach(() => vi.unstubAllGlobals());

it('renders on a server without opening a connection or touching a global', () => {
  const server = createFakeServer();
  const clients: Client[] = [];
  const create = () => {
    const client = createClient({ url: 'ws://test/', WebSocket: server.WebSocket });
    clients.push(client);
    return client;
  };
  const Editor = (): ReactNode => useIdeStatus(useIdeClient(create)).state;
  const touched = vi.fn();
  for (const name of ['addEventListener', 'setTimeout', 'setInterval', 'WebSocket']) {
    vi.stubGlobal(name, touched);
  }
  const before = Object.getOwnPropertyNames(globalThis);

  expect(renderToString(createElement('p', null, createElement(Editor)))).toBe('<p>idle</p>');

  expect(Object.getOwnPropertyNames(globalThis)).toEqual(before);
  expect(touched).not.toHaveBeenCalled();
  expect(clients.map(({ status }) => status)).toEqual([{ state: 'idle' }]);
  expect(server.sockets).toEqual([]);
});

it('renders the status of a client that is connected as idle, which the page then takes over', async () => {
  const server = createFakeServer();
  const client = createClient({ url: 'ws://test/', WebSocket: server.WebSocket });
  client.connect();
  await vi.waitFor(() => expect(client.status.state).toBe('connected'));
  const Badge = (): ReactNode => useIdeStatus(client).state;
  expect(renderToString(createElement(Badge))).toBe('idle');
  client.close();
});
