import {
  createApp,
  createSSRApp,
  defineComponent,
  effectScope,
  h,
  nextTick,
  ref,
  type App,
} from 'vue';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient, type Client } from '../../src/index.ts';
import { createFakeServer, type FakeServer } from '../../src/testing/index.ts';
import { useIdeClient, useIdeStatus } from '../../src/vue.ts';

let server: FakeServer;
let clients: Client[];
let container: HTMLElement;
let app: App | undefined;

beforeEach(() => {
  server = createFakeServer();
  clients = [];
  container = document.createElement('div');
});

afterEach(() => {
  app?.unmount();
  app = undefined;
});

function newClient(sessionId?: string): Client {
  const client = createClient({
    ...{ url: 'ws://test/', WebSocket: server.WebSocket, sessionId },
    // A retry waits until it is asked for, so that the status before it can be seen.
    ...{ backoff: { minMs: 600_000, maxMs: 600_000 }, random: () => 1 },
  });
  clients.push(client);
  return client;
}

const Editor = defineComponent({
  props: { sessionId: String },
  setup(props) {
    const client = useIdeClient(() => newClient(props.sessionId));
    const status = useIdeStatus(client);
    return () => h('p', status.value.state);
  },
});

const expectText = (text: string) =>
  vi.waitFor(() => expect(container.textContent).toBe(text), 10_000);

const openSockets = () => server.sockets.filter(({ readyState }) => readyState < 2);

describe('a Vue component with a client', () => {
  it('connects by one socket when it is mounted, and shows each change', async () => {
    app = createApp(Editor);
    app.mount(container);
    await expectText('connected');
    expect(server.sockets).toHaveLength(1);
    server.cut();
    await expectText('reconnecting');
    clients[0]?.reconnect();
    await expectText('connected');
    expect(clients).toHaveLength(1);
  });

  it('closes its client after it has gone', async () => {
    app = createApp(Editor);
    app.mount(container);
    await expectText('connected');
    app.unmount();
    app = undefined;
    await vi.waitFor(() => expect(clients[0]?.status.state).toBe('closed'), 10_000);
    expect(openSockets()).toEqual([]);
  });

  it('makes a new client for another key, and closes the old one', async () => {
    const session = ref('one');
    app = createApp(() => h(Editor, { key: session.value, sessionId: session.value }));
    app.mount(container);
    await expectText('connected');
    session.value = 'two';
    await vi.waitFor(() => expect(clients[1]?.status.state).toBe('connected'), 10_000);
    await vi.waitFor(() => expect(clients[0]?.status.state).toBe('closed'), 10_000);
    expect(openSockets()).toHaveLength(1);
  });

  it('takes over what a server rendered', async () => {
    const warn = vi.spyOn(console, 'warn');
    const error = vi.spyOn(console, 'error');
    container.innerHTML = '<p>idle</p>';
    app = createSSRApp(Editor);
    app.mount(container);
    await expectText('connected');
    expect(warn).not.toHaveBeenCalled();
    expect(error).not.toHaveBeenCalled();
    expect(server.sockets).toHaveLength(1);
  });

  it('shows what happened between its setup and its mount', async () => {
    const client = newClient();
    app = createApp({
      setup() {
        const status = useIdeStatus(client);
        return () => h('p', status.value.state);
      },
      beforeMount: () => client.close(),
    });
    app.mount(container);
    await nextTick();
    await expectText('closed');
  });

  it('gives a status that cannot be written', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const scope = effectScope();
    const status = scope.run(() => useIdeStatus(newClient()))!;
    Object.assign(status, { value: { state: 'offline' } });
    expect(status.value).toEqual({ state: 'idle' });
    scope.stop();
    expect(warn).toHaveBeenCalled();
  });

  it('works in a scope without a component, until the scope ends', async () => {
    const scope = effectScope();
    const [client, status] = scope.run(() => {
      const made = useIdeClient(newClient);
      return [made, useIdeStatus(made)] as const;
    })!;
    await vi.waitFor(() => expect(status.value.state).toBe('connected'));
    scope.stop();
    await vi.waitFor(() => expect(client.status.state).toBe('closed'), 10_000);
    expect(status.value.state).toBe('connected');
  });
});
