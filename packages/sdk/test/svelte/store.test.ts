import { derived, get } from 'svelte/store';
import { expect, it, vi } from 'vitest';
import { createClient, type Client } from '../../src/index.ts';
import { ideStatus } from '../../src/svelte.ts';
import { createFakeServer } from '../../src/testing/index.ts';

function connectTo(server = createFakeServer()): Client {
  return createClient({ url: 'ws://test/', WebSocket: server.WebSocket });
}

it('gives the status of a client to the functions of svelte/store', async () => {
  const client = connectTo();
  const status = ideStatus(client);
  const label = derived(status, ({ state }) => state.toUpperCase());
  expect(get(status)).toEqual({ state: 'idle' });
  const labels: string[] = [];
  const stop = label.subscribe((text) => labels.push(text));
  client.connect();
  await vi.waitFor(() => expect(labels).toEqual(['IDLE', 'CONNECTING', 'CONNECTED']));
  stop();
  client.close();
  expect(labels).toHaveLength(3);
  expect(get(label)).toBe('CLOSED');
});

it('does not connect by being subscribed', async () => {
  const server = createFakeServer();
  const client = connectTo(server);
  const states: string[] = [];
  ideStatus(client).subscribe(({ state }) => states.push(state));
  await Promise.resolve();
  expect(states).toEqual(['idle']);
  expect(server.sockets).toEqual([]);
});
