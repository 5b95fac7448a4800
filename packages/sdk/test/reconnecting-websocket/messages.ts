import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectTo, statusOf } from '../support/client.ts';
import { harness } from '../support/harness.ts';
import { TestServer } from '../support/server.ts';

/** Tests of what is sent, now or later. */
export function messages(): void {
  describe('a request', () => {
    it('connect, send, receive, close: it is answered, and the end is told on both sides', async () => {
      await using server = await TestServer.start();
      server.write('a.py', 'hello');
      await using client = connectTo(server.url);
      const states: string[] = [];
      client.on('status', ({ state }) => states.push(state));
      const { content } = await client.request('file_open', { path: 'a.py' });
      expect(content).toBe('hello');
      const code = new Promise((resolve) => server.sockets[0]?.once('close', resolve));
      client.close();
      await expect(code).resolves.toBe(1000);
      expect(states).toEqual(['connecting', 'connected', 'closed']);
    });

    it('connect, send, receive, reconnect: each new connection resumes the session and answers', async () => {
      await using server = await TestServer.start();
      await using client = connectTo(server.url);
      const numbers: (number | undefined)[] = [];
      client.on('file_update', ({ seq }) => numbers.push(seq));
      for (const path of ['a', 'b', 'c']) {
        await client.request('file_create', { path });
        const gone = new Promise((resolve) => server.sockets[0]?.once('close', resolve));
        client.reconnect();
        expect(client.status).toEqual({ state: 'connecting', attempt: 0 });
        await statusOf(client, 'connected');
        await gone;
      }
      expect(numbers).toEqual([1, 2, 3]);
      expect(server.handshakes.map(({ lastSeq }) => lastSeq)).toEqual([null, '1', '2', '3']);
      expect([...server.files.keys()]).toEqual(['a', 'b', 'c']);
    });

    it('enqueue messages before websocket initialization with expected order: what was called first is sent first', async () => {
      await using server = await TestServer.start();
      await using client = connectTo(server.url);
      const early = ['1', '2', '3'].map((path) => client.request('file_create', { path }));
      expect(client.status.state).toBe('connecting');
      expect(client.queued).toBe(3);
      await statusOf(client, 'connected');
      await Promise.all([...early, client.request('file_create', { path: '4' })]);
      expect(server.received.map(({ path }) => path)).toEqual(['1', '2', '3', '4']);
      expect(client.queued).toBe(0);
    });
  });

  describe('without a connection', () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    it('enqueue messages: requests are counted while they wait, and wait through failed attempts', async () => {
      const { client, factory, settle } = harness({ timeoutMs: 0 });
      const counts: number[] = [];
      client.on('queue', ({ queued }) => counts.push(queued));
      const path = 'a.py';
      const replies = Array.from({ length: 10 }, () => client.request('file_open', { path }));
      await settle();
      factory.last.drop(1006);
      expect(client.queued).toBe(10);
      await vi.advanceTimersByTimeAsync(1000);
      factory.last.greet();
      for (const { request_id } of factory.last.sent) {
        factory.last.say({ type: 'file_opened', request_id, path });
      }
      await expect(Promise.all(replies)).resolves.toEqual(Array(10).fill({ path }));
      expect(counts).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0]);
      client.close();
    });

    it('respect maximum enqueued messages: a request too many is rejected, not dropped unseen', async () => {
      const { client, factory, open } = harness({ queue: { maxRequests: 2 } });
      const calls = Array.from({ length: 10 }, () =>
        client.request('file_open', { path: 'a' }).then(
          () => 'answered',
          ({ code }: { code: string }) => code,
        ),
      );
      expect(client.queued).toBe(2);
      await open();
      expect(factory.last.sent).toHaveLength(2);
      for (const { request_id } of factory.last.sent) {
        factory.last.say({ type: 'file_opened', request_id });
      }
      await expect(Promise.all(calls)).resolves.toEqual([
        ...['answered', 'answered'],
        ...Array(8).fill('queue_full'),
      ]);
      client.close();
    });
  });
}
