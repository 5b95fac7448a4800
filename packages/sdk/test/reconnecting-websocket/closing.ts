import { WebSocket } from 'ws';
import { describe, expect, it } from 'vitest';
import type { Client } from '../../src/index.ts';
import { connectTo, statusOf } from '../support/client.ts';
import { TestServer } from '../support/server.ts';

/** Notes the states from now on. */
function statesOf(client: Client): string[] {
  const states: string[] = [];
  client.on('status', ({ state }) => states.push(state));
  return states;
}

/** Resolves with the code that the server reads when its oldest socket closes. */
const closeCodeOf = (server: TestServer) =>
  new Promise<number>((resolve) => server.sockets[0]?.once('close', resolve));

/** Tests of an end, from either side. */
export function closing(): void {
  describe('closing by the user', () => {
    it('calling to close multiple times: the server is told once, and so is the listener', async () => {
      await using server = await TestServer.start();
      await using client = connectTo(server.url);
      client.connect();
      await statusOf(client, 'connected');
      const states = statesOf(client);
      const code = closeCodeOf(server);
      for (let call = 0; call < 3; call++) client.close();
      await expect(code).resolves.toBe(1000);
      expect(states).toEqual(['closed']);
      expect(server.handshakes).toHaveLength(1);
    });

    it('connect and close before establishing connection: no socket is opened, and closed is told once', async () => {
      const opened: string[] = [];
      class Socket extends WebSocket {
        constructor(url: string, protocols: string[]) {
          super(url, protocols);
          opened.push(url);
        }
      }
      await using server = await TestServer.start();
      await using client = connectTo(server.url, { WebSocket: Socket });
      const states = statesOf(client);
      client.connect();
      client.close();
      client.close();
      client.connect();
      await statusOf(client, 'connected');
      expect(states).toEqual(['connecting', 'closed', 'connecting', 'connected']);
      expect(opened).toHaveLength(1);
    });

    it('connect and close before establishing connection: a socket in its handshake is given up without an error', async () => {
      const made: WebSocket[] = [];
      let begin: () => void = () => {};
      const begun = new Promise<void>((resolve) => {
        begin = resolve;
      });
      class Socket extends WebSocket {
        constructor(url: string, protocols: string[]) {
          super(url, protocols);
          made.push(this);
          begin();
        }
      }
      await using server = await TestServer.start();
      await using client = connectTo(server.url, { WebSocket: Socket });
      const states = statesOf(client);
      const errors: unknown[] = [];
      client.on('error', (error) => errors.push(error));
      client.connect();
      await begun;
      expect(made[0]?.readyState).toBe(WebSocket.CONNECTING);
      const gone = new Promise((resolve) => made[0]?.once('close', resolve));
      client.close();
      await gone;
      expect(states).toEqual(['connecting', 'closed']);
      expect(errors).toEqual([]);
      expect(made).toHaveLength(1);
    });

    it('reconnect after closing: a closed client begins anew when asked to, and closes again', async () => {
      await using server = await TestServer.start();
      await using client = connectTo(server.url);
      for (const begin of [client.connect, client.reconnect, client.connect]) {
        begin();
        await statusOf(client, 'connected');
        client.close();
        await expect(client.request('ping', {})).rejects.toMatchObject({ code: 'closed' });
        expect(client.status).toMatchObject({ state: 'closed', code: 1000 });
      }
      expect(server.handshakes).toHaveLength(3);
      const clients = server.handshakes.map((handshake) => handshake.client);
      expect(new Set(clients)).toEqual(new Set([client.clientId]));
    });
  });

  describe('closing from the other side', () => {
    it('closing from the other side should reconnect: again and again, until the user closes', async () => {
      await using server = await TestServer.start();
      await using client = connectTo(server.url);
      const states = statesOf(client);
      client.connect();
      for (const code of [1001, 1011]) {
        await statusOf(client, 'connected');
        server.closeSockets(code);
        await expect(statusOf(client, 'reconnecting')).resolves.toMatchObject({ code });
      }
      await statusOf(client, 'connected');
      client.close();
      const again = ['reconnecting', 'connecting', 'connected'];
      expect(states).toEqual(['connecting', 'connected', ...again, ...again, 'closed']);
      expect(server.handshakes).toHaveLength(3);
    });

    it('closing from the other side should allow to keep closed: a listener decides by code and reason', async () => {
      await using server = await TestServer.start();
      await using client = connectTo(server.url);
      client.on('status', (status) => {
        if (status.state === 'reconnecting' && status.reason === 'moved') client.close();
      });
      client.connect();
      await statusOf(client, 'connected');
      server.closeSockets(4500, 'again');
      await statusOf(client, 'reconnecting');
      await statusOf(client, 'connected');
      server.closeSockets(4501, 'moved');
      await expect(statusOf(client, 'closed')).resolves.toMatchObject({ code: 1000 });
      expect(server.handshakes).toHaveLength(2);
    });

    it('closing from the other side should allow to keep closed: a final code of the server does it alone', async () => {
      await using server = await TestServer.start();
      await using client = connectTo(server.url);
      client.connect();
      await statusOf(client, 'connected');
      const states = statesOf(client);
      server.closeSockets(4403, 'not your session');
      await expect(statusOf(client, 'closed')).resolves.toEqual({
        ...{ state: 'closed', code: 4403, reason: 'not your session' },
      });
      expect(states).toEqual(['closed']);
      expect(server.handshakes).toHaveLength(1);
    });
  });
}
