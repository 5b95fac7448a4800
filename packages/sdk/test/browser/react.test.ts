import { createElement, StrictMode, useState, type ReactNode } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient, type Client } from '../../src/index.ts';
import { useIdeClient, useIdeStatus } from '../../src/react.ts';
import { createFakeServer, type FakeServer } from '../../src/testing/index.ts';

let server: FakeServer;
let clients: Client[];
let container: HTMLElement;
let unmount: () => void;

beforeEach(() => {
  server = createFakeServer();
  clients = [];
  container = document.createElement('div');
});

afterEach(() => unmount());

function newClient(sessionId?: string): Client {
  const client = createClient({
    ...{ url: 'ws://test/', WebSocket: server.WebSocket, sessionId },
    // A retry waits until it is asked for, so that the status before it can be seen.
    ...{ backoff: { minMs: 600_000, maxMs: 600_000 }, random: () => 1 },
  });
  vi.spyOn(client, 'retain');
  vi.spyOn(client, 'release');
  clients.push(client);
  return client;
}

function render(node: ReactNode): (next: ReactNode) => void {
  const root = createRoot(container);
  unmount = () => root.unmount();
  root.render(node);
  return (next) => root.render(next);
}

function Editor({ sessionId }: { sessionId?: string }): ReactNode {
  const client = useIdeClient(() => newClient(sessionId), [sessionId]);
  const [count, setCount] = useState(0);
  const { state } = useIdeStatus(client);
  return createElement('button', { onClick: () => setCount(count + 1) }, `${state} ${count}`);
}

function Badge({ client }: { client: Client }): ReactNode {
  return useIdeStatus(client).state;
}

const expectText = (text: string) =>
  vi.waitFor(() => expect(container.textContent).toBe(text), 10_000);

const openSockets = () => server.sockets.filter(({ readyState }) => readyState < 2);

describe('a React component with a client', () => {
  it('opens exactly one socket, though strict mode mounts it twice', async () => {
    render(createElement(StrictMode, null, createElement(Editor)));
    await expectText('connected 0');
    const [mounted, ...others] = clients.filter(({ status }) => status.state !== 'idle');
    expect(others).toEqual([]);
    expect(mounted?.retain).toHaveBeenCalledTimes(2);
    expect(mounted?.release).toHaveBeenCalledTimes(1);
    expect(server.sockets).toHaveLength(1);
    expect(openSockets()).toHaveLength(1);
  });

  it('keeps its client over renders', async () => {
    render(createElement(Editor));
    await expectText('connected 0');
    container.querySelector('button')?.click();
    await expectText('connected 1');
    expect(clients).toHaveLength(1);
    expect(server.sockets).toHaveLength(1);
  });

  it('shows each change of the status', async () => {
    render(createElement(Editor));
    await expectText('connected 0');
    server.refuse(4403);
    server.cut();
    await expectText('reconnecting 0');
    clients[0]?.reconnect();
    await expectText('closed 0');
  });

  it('makes a new client for another session, and closes the old one', async () => {
    const rerender = render(createElement(Editor, { sessionId: 'one' }));
    await expectText('connected 0');
    rerender(createElement(Editor, { sessionId: 'two' }));
    await vi.waitFor(() => expect(clients[1]?.status.state).toBe('connected'), 10_000);
    await expectText('connected 0');
    await vi.waitFor(() => expect(clients[0]?.status.state).toBe('closed'), 10_000);
    expect(server.sockets.map(({ url }) => new URL(url).searchParams.get('session'))).toEqual([
      'one',
      'two',
    ]);
    expect(openSockets()).toHaveLength(1);
  });

  it('closes its client after it has gone', async () => {
    const rerender = render(createElement(Editor));
    await expectText('connected 0');
    rerender(null);
    await vi.waitFor(() => expect(clients[0]?.status.state).toBe('closed'), 10_000);
    expect(openSockets()).toEqual([]);
  });

  it('shows the status of a client that lives elsewhere, without a hand in it', async () => {
    const client = newClient();
    const rerender = render(createElement(Badge, { client }));
    await expectText('idle');
    client.connect();
    await expectText('connected');
    rerender(null);
    await vi.waitFor(() => expect(container.textContent).toBe(''));
    expect(client.status.state).toBe('connected');
    client.close();
  });

  it('takes over what a server rendered, though its client is connected already', async () => {
    const client = newClient();
    client.connect();
    await vi.waitFor(() => expect(client.status.state).toBe('connected'));
    container.innerHTML = '<p>idle</p>';
    const onRecoverableError = vi.fn();
    const page = createElement('p', null, createElement(Badge, { client }));
    const root = hydrateRoot(container, page, { onRecoverableError });
    unmount = () => root.unmount();
    await expectText('connected');
    expect(onRecoverableError).not.toHaveBeenCalled();
    client.close();
  });
});
