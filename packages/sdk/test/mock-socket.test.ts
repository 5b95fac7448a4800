import { Server, WebSocket as MockSocket } from 'mock-socket';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient } from '../src/index.ts';
import { fakeEnvironment } from './support/client.ts';

const url = 'ws://host/ide/ws';
const greeting = {
  ...{ type: 'connect', session_id: 's_1', connection_id: 'c_1', client_id: 'k', epoch: 'e_1' },
  ...{ seq: 0, resumed: false, user: { id: 'ada', roles: [] }, expires_at: null, protocol: 1 },
  limits: { message_bytes: 2_097_152, heartbeat_ms: 30_000 },
};

// mock-socket matches servers by the whole address but for the query, which it strips itself.
function serve() {
  const server = new Server(url, { mock: false });
  server.on('connection', (socket) => {
    socket.send(JSON.stringify(greeting));
    socket.on('message', (data) => {
      const { type, request_id } = JSON.parse(`${data as string}`);
      if (type === 'file_open') {
        socket.send(JSON.stringify({ type: 'file_opened', request_id, path: 'a' }));
      }
    });
  });
  return server;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('against mock-socket', () => {
  it('connects, replies, survives a restart of the server and closes', async () => {
    let server = serve();
    const client = createClient({
      ...{ url, WebSocket: MockSocket, environment: fakeEnvironment(), random: () => 0.5 },
    });
    const states: string[] = [];
    client.on('status', ({ state }) => states.push(state));
    const first = client.request('file_open', { path: 'a' });
    await vi.advanceTimersByTimeAsync(100);
    await expect(first).resolves.toEqual({ path: 'a' });
    server.close({ code: 1012, reason: 'restart', wasClean: true });
    server = serve();
    await vi.advanceTimersByTimeAsync(100);
    const second = client.request('file_open', { path: 'a' });
    await vi.advanceTimersByTimeAsync(100);
    await expect(second).resolves.toEqual({ path: 'a' });
    client.close();
    await vi.advanceTimersByTimeAsync(100);
    server.stop();
    expect(states).toEqual([
      ...['connecting', 'connected', 'reconnecting', 'connecting', 'connected', 'closed'],
    ]);
  });
});
