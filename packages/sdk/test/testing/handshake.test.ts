import { describe, expect, it, vi } from 'vitest';
import { createFakeServer } from '../../src/testing/index.ts';
import { statusOf } from '../support/client.ts';
import { connectTo } from './connect.ts';

describe('a handshake with the fake server', () => {
  it('shows what the client offered: session, client id, subprotocol and token', async () => {
    const server = createFakeServer();
    const client = connectTo(server, { token: 'jwt', sessionId: 'mine', clientId: 'me' });
    const { clientId } = client;
    client.connect();
    const { connect } = await statusOf(client, 'connected');
    const [socket] = server.sockets;
    expect(socket).toMatchObject({
      ...{ readyState: 1, protocol: 'ide-assistant.v1' },
      protocols: ['ide-assistant.v1', 'bearer.jwt'],
    });
    expect(new URL(socket!.url).searchParams.get('client')).toBe(clientId);
    expect(connect).toMatchObject({ session_id: 'mine', client_id: 'me', seq: 0, resumed: false });
  });

  it('says what the application reads beside that, as it was given', async () => {
    const user = { id: 'ada', roles: ['admin'] };
    const limits = {
      ...{ message_bytes: 10, file_bytes: 10, output_bytes: 10 },
      ...{ execution_ms: 10, heartbeat_ms: 0 },
    };
    const server = createFakeServer({ connect: { user, limits } });
    const client = connectTo(server);
    client.connect();
    await expect(statusOf(client, 'connected')).resolves.toMatchObject({
      connect: { user, limits },
    });
    await expect(client.request('ping', {})).rejects.toMatchObject({ code: 'too_large' });
  });

  it('is refused with a code until it no longer is', async () => {
    const server = createFakeServer();
    server.refuse(4403, 'not yours');
    const client = connectTo(server);
    client.connect();
    await expect(statusOf(client, 'closed')).resolves.toMatchObject({
      ...{ code: 4403, reason: 'not yours' },
    });
    expect(server.sockets.map(({ readyState }) => readyState)).toEqual([3]);
    server.refuse();
    client.reconnect();
    await statusOf(client, 'connected');
  });

  it('comes in a later turn, as that of a real socket does', async () => {
    const server = createFakeServer();
    const socket = new server.WebSocket('ws://test/', ['ide-assistant.v1']);
    const messages: unknown[] = [];
    socket.onmessage = ({ data }) => messages.push(JSON.parse(data as string));
    expect(socket.readyState).toBe(0);
    expect(messages).toEqual([]);
    await vi.waitFor(() => expect(messages).toHaveLength(2));
    expect(messages).toMatchObject([{ type: 'connect' }, { type: 'session_snapshot' }]);
  });
});
