import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Client } from '../../src/index.ts';
import { connectTo, statusOf } from '../support/client.ts';
import { harness } from '../support/harness.ts';
import { TestServer } from '../support/server.ts';

/** All that a user needs who wants to give up: the number of the retry is in the status. */
function giveUpAfter(client: Client, retries: number): void {
  client.on('status', (status) => {
    if (status.state === 'reconnecting' && status.attempt > retries) client.close();
  });
}

/** A port on which nobody listens. */
async function refusingUrl(): Promise<string> {
  const server = await TestServer.start();
  const { url } = server;
  await server.stop();
  return url;
}

/** Tests of when an attempt is made, and of when it has failed. */
export function retries(): void {
  describe('giving up', () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    it.each([0, 1, 5])(
      'max retries: %i: there is no such option; a listener closes the client after that many',
      async (count) => {
        const { client, factory, settle } = harness({ timeoutMs: 0 });
        giveUpAfter(client, count);
        const reply = client.request('ping', {}).catch((error: unknown) => error);
        await settle();
        while (client.status.state !== 'closed') {
          factory.last.drop(1006);
          await vi.advanceTimersByTimeAsync(15_000);
        }
        expect(factory.sockets).toHaveLength(count + 1);
        await expect(reply).resolves.toMatchObject({ code: 'closed' });
        await vi.advanceTimersByTimeAsync(86_400_000);
        expect(factory.sockets).toHaveLength(count + 1);
        expect(vi.getTimerCount()).toBe(0);
      },
    );

    it('immediately-failed connection with 0 maxRetries must not retry: closed in the listener, there is no second attempt', async () => {
      const { client, factory, statuses, settle } = harness({ connectTimeoutMs: 2_000 });
      giveUpAfter(client, 0);
      client.connect();
      await settle();
      factory.last.drop(1006);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(factory.sockets).toHaveLength(1);
      expect(statuses.map((status) => status.state)).toEqual([
        ...['connecting', 'reconnecting', 'closed'],
      ]);
      expect(statuses).not.toContainEqual(expect.objectContaining({ code: 4408 }));
    });
  });

  describe('an attempt', () => {
    it('connection timeout: a server that accepts and says nothing is left after connectTimeoutMs', async () => {
      const silent = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => silent.once('listening', resolve));
      const url = `ws://127.0.0.1:${(silent.address() as AddressInfo).port}/ide/ws`;
      await using client = connectTo(url, { connectTimeoutMs: 30 });
      client.connect();
      const first = await statusOf(client, 'reconnecting');
      expect(first).toMatchObject({ attempt: 1, code: 4408, reason: 'timeout' });
      await statusOf(client, 'connecting');
      const second = await statusOf(client, 'reconnecting');
      expect(second).toMatchObject({ attempt: 2, code: 4408 });
      silent.close();
    });

    it('connection timeout: so is one that completes the handshake but never greets', async () => {
      await using server = await TestServer.start({ silent: true });
      await using client = connectTo(server.url, { connectTimeoutMs: 100 });
      client.connect();
      const { code } = await statusOf(client, 'reconnecting');
      expect(code).toBe(4408);
      expect(server.handshakes).toHaveLength(1);
    });

    it('immediately-failed connection should not timeout: every refusal is told as such, and retried', async () => {
      await using client = connectTo(await refusingUrl(), { connectTimeoutMs: 5_000 });
      const codes: number[] = [];
      const thrice = new Promise<void>((resolve) => {
        client.on('status', (status) => {
          if (status.state === 'reconnecting' && codes.push(status.code) === 3) resolve();
        });
      });
      client.connect();
      await thrice;
      expect(codes).toEqual([1006, 1006, 1006]);
    });
  });

  describe('the delay', () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    /** Each delay at its upper bound. */
    const atMost = (minMs: number, maxMs: number, stableMs = 5_000) =>
      harness({ backoff: { minMs, maxMs, stableMs }, random: () => 1 });

    it('immediately-failed connection should not timeout: its time limit does not fire while it waits to retry', async () => {
      const { client, factory, settle } = harness({
        ...{ connectTimeoutMs: 500, backoff: { minMs: 10_000 }, random: () => 1 },
      });
      client.connect();
      await settle();
      factory.last.drop(1006);
      await vi.advanceTimersByTimeAsync(9_999);
      expect(client.status).toMatchObject({ state: 'reconnecting', attempt: 1, code: 1006 });
      expect(factory.sockets).toHaveLength(1);
      client.close();
    });

    it('reconnection delay grow factor: the bound of the delays doubles up to its maximum, and reconnect() begins anew', async () => {
      const { client, factory, settle } = atMost(100, 1_000);
      client.connect();
      await settle();
      const delaysMs: number[] = [];
      for (let attempt = 0; attempt < 6; attempt++) {
        factory.last.drop(1006);
        const { status } = client;
        if (status.state !== 'reconnecting') throw new Error(status.state);
        delaysMs.push(status.retryAt - Date.now());
        await vi.advanceTimersByTimeAsync(delaysMs.at(-1)!);
        expect(factory.sockets).toHaveLength(attempt + 2);
      }
      expect(delaysMs).toEqual([100, 200, 400, 800, 1_000, 1_000]);
      factory.last.drop(1006);
      client.reconnect();
      expect(client.status).toEqual({ state: 'connecting', attempt: 0 });
      client.close();
    });

    it('minUptime: only a connection that lasted stableMs lets the delays begin anew', async () => {
      const { client, factory, settle } = atMost(100, 2_000, 500);
      client.connect();
      await settle();
      const seen: [attempt: number, delayMs: number][] = [];
      for (const lastedMs of [100, 200, 499, 500, 100, 600]) {
        factory.last.greet();
        await vi.advanceTimersByTimeAsync(lastedMs);
        factory.last.drop(1006);
        const { status } = client;
        if (status.state !== 'reconnecting') throw new Error(status.state);
        seen.push([status.attempt, status.retryAt - Date.now()]);
        await vi.advanceTimersByTimeAsync(status.retryAt - Date.now());
      }
      expect(seen).toEqual([
        ...[
          [1, 100],
          [2, 200],
          [3, 400],
        ],
        ...[
          [1, 100],
          [2, 200],
        ],
        [1, 100],
      ]);
      client.close();
    });
  });
}
