import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectTo, statusOf } from '../support/client.ts';
import { harness } from '../support/harness.ts';
import { TestServer } from '../support/server.ts';

/** What each connection offered; runtimes differ in the space after the comma. */
const offers = (server: TestServer) =>
  server.handshakes.map(({ protocols }) => protocols.join().split(','));

/** Tests of where a connection goes and what it offers. */
export function handshakes(): void {
  describe('the address', () => {
    it('URL provider: a client follows a server that moved, because the function is asked each time', async () => {
      await using first = await TestServer.start();
      await using second = await TestServer.start();
      const addresses = [first.url, new URL(second.url)];
      await using client = connectTo('', { url: () => addresses.shift() ?? second.url });
      await client.request('file_create', { path: 'a' });
      await first.stop();
      await client.request('file_create', { path: 'b' });
      expect(first.effects).toHaveLength(1);
      expect(second.effects).toHaveLength(1);
    });

    it('URL provider: a text, a URL, a function and a promise are all taken', async () => {
      await using server = await TestServer.start();
      const { url } = server;
      for (const given of [url, new URL(url), () => url, async () => new URL(url)]) {
        await using client = connectTo(url, { url: given });
        await expect(client.request('ping', {})).rejects.toMatchObject({ code: 'invalid_message' });
      }
    });

    it('URL provider: what is no address ends the client instead of being retried', async () => {
      for (const given of [123, () => 123]) {
        // @ts-expect-error A number is no address; plain JavaScript may pass it all the same.
        await using client = connectTo('', { url: given });
        await expect(client.request('ping', {})).rejects.toMatchObject({ code: 'closed' });
        expect(client.status).toMatchObject({ state: 'closed', code: 4900 });
      }
    });
  });

  describe('the subprotocols', () => {
    it('websocket protocol: each connection offers the contract and the token of the moment', async () => {
      await using server = await TestServer.start();
      let count = 0;
      await using client = connectTo(server.url, { token: async () => `token-${++count}` });
      client.connect();
      await statusOf(client, 'connected');
      server.cutSockets();
      await statusOf(client, 'reconnecting');
      await statusOf(client, 'connected');
      expect(offers(server)).toEqual([
        ['ide-assistant.v1', 'bearer.token-1'],
        ['ide-assistant.v1', 'bearer.token-2'],
      ]);
    });

    it('undefined websocket protocol: without a token the contract alone is offered', async () => {
      await using server = await TestServer.start();
      for (const token of [undefined, () => undefined, async () => undefined]) {
        await using client = connectTo(server.url, { token });
        client.connect();
        await statusOf(client, 'connected');
      }
      expect(offers(server)).toEqual(Array(3).fill(['ide-assistant.v1']));
    });

    it('null websocket protocol: null from plain JavaScript means no token', async () => {
      await using server = await TestServer.start();
      for (const token of [null, () => null]) {
        // @ts-expect-error Only undefined is in the types.
        await using client = connectTo(server.url, { token });
        client.connect();
        await statusOf(client, 'connected');
      }
      expect(offers(server)).toEqual(Array(2).fill(['ide-assistant.v1']));
    });
  });

  describe('the first connection', () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    it('start closed: a client that nobody uses stays idle, however long, and then connects', async () => {
      const { client, factory, open } = harness();
      await vi.advanceTimersByTimeAsync(86_400_000);
      expect(client.status).toEqual({ state: 'idle' });
      expect(factory.sockets).toHaveLength(0);
      await open();
      expect(client.status.state).toBe('connected');
      client.close();
    });

    it('calling to reconnect when not ready: two calls before there is a socket make one', async () => {
      const { client, factory, settle } = harness();
      client.reconnect();
      client.reconnect();
      await settle();
      client.reconnect();
      await settle();
      expect(factory.sockets).toHaveLength(1);
      factory.last.greet();
      expect(client.status.state).toBe('connected');
      client.close();
    });
  });
}
