import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Status } from '../../src/index.ts';
import { connectTo, fakeEnvironment, statusOf } from '../support/client.ts';
import { TestServer } from '../support/server.ts';

/** Tests of what can be read from a client. */
export function state(): void {
  describe('the state', () => {
    it('connection status constants: the states have six names, and a client goes through all', async () => {
      expectTypeOf<Status['state']>().toEqualTypeOf<
        'idle' | 'connecting' | 'connected' | 'reconnecting' | 'offline' | 'closed'
      >();
      await using server = await TestServer.start();
      const environment = fakeEnvironment();
      await using client = connectTo(server.url, { environment });
      const states: string[] = [client.status.state];
      client.on('status', (status) => states.push(status.state));
      client.connect();
      await statusOf(client, 'connected');
      server.cutSockets();
      await statusOf(client, 'reconnecting');
      environment.online = false;
      environment.wake();
      client.close();
      expect(states).toEqual([
        ...['idle', 'connecting', 'connected', 'reconnecting', 'offline', 'closed'],
      ]);
    });

    it('getters when not ready: all can be read before the first connection', async () => {
      await using server = await TestServer.start();
      await using client = connectTo(server.url);
      expect(client.status).toEqual({ state: 'idle' });
      expect(client.queued).toBe(0);
      expect(client.sessionId).toBeUndefined();
      expect(client.clientId).toMatch(/^\S{8,64}$/);
      expect(client.clientId).toBe(client.clientId);
      expect(server.handshakes).toHaveLength(0);
    });

    it('getters: a connected client tells its session, its own name and the limits of the server', async () => {
      await using server = await TestServer.start({ messageBytes: 4321 });
      await using client = connectTo(server.url);
      client.connect();
      const { connect } = await statusOf(client, 'connected');
      expect(connect.limits.message_bytes).toBe(4321);
      expect(client.sessionId).toBe(server.session.id);
      expect(client.clientId).toBe(server.handshakes[0]?.client);
      expect(client.queued).toBe(0);
    });

    it('binaryType: binary frames are an ArrayBuffer on every connection, without being asked for', async () => {
      await using server = await TestServer.start();
      await using client = connectTo(server.url);
      client.connect();
      for (const byte of [1, 2, 3]) {
        await statusOf(client, 'connected');
        const frame = new Promise<ArrayBuffer>((resolve) => client.on('binary', resolve));
        for (const socket of server.sockets) socket.send(Buffer.of(byte, 0xff));
        const received = await frame;
        expect(received).toBeInstanceOf(ArrayBuffer);
        expect([...new Uint8Array(received)]).toEqual([byte, 0xff]);
        server.cutSockets();
        await statusOf(client, 'reconnecting');
      }
    });
  });
}
