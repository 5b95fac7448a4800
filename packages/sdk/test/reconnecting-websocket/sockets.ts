import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient } from '../../src/index.ts';
import { fakeEnvironment } from '../support/client.ts';
import { socketFactory } from '../support/fake-socket.ts';
import { harness, type Harness } from '../support/harness.ts';

/** A user's client must not bring the page down, so what the library throws is told instead. */
async function expectRefused({ client, errors, settle }: Harness): Promise<void> {
  const reply = client.request('ping', {}).catch((error: unknown) => error);
  await settle();
  const message = expect.stringMatching(/WebSocket|constructor/);
  await expect(reply).resolves.toMatchObject({ code: 'closed', message });
  expect(errors).toMatchObject([{ code: 'network', retryable: false, cause: { message } }]);
  expect(client.status).toEqual({ state: 'closed', code: 4900, reason: message });
  expect(vi.getTimerCount()).toBe(0);
}

/** Calls all that writes to the console would go through. */
function watchConsole() {
  const names = ['debug', 'log', 'info', 'warn', 'error', 'trace'] as const;
  return names.map((name) => vi.spyOn(console, name).mockReturnValue());
}

/** Connects, reads what is unreadable, connects again and is refused. */
async function liveThroughAll(note: (step: string) => void): Promise<void> {
  const { client, factory, open } = harness();
  client.on('status', (status) => {
    note('code' in status ? `${status.state} ${status.code}` : status.state);
  });
  await open();
  factory.last.onmessage?.({ data: 'not JSON' });
  await vi.advanceTimersByTimeAsync(1000);
  factory.last.drop(4403);
}

/** Tests of the class that opens sockets, and of what is logged. */
export function sockets(): void {
  describe('the socket class', () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => {
      vi.useRealTimers();
      vi.unstubAllGlobals();
    });

    it('throws with invalid constructor: the request is rejected and nothing is retried', async () => {
      // @ts-expect-error A number is no class; plain JavaScript may pass it all the same.
      await expectRefused(harness({ WebSocket: 123 }));
    });

    it('throws with missing constructor: the request is rejected and nothing is retried', async () => {
      vi.stubGlobal('WebSocket', undefined);
      Reflect.deleteProperty(globalThis, 'WebSocket');
      await expectRefused(harness({ WebSocket: undefined }));
    });

    it('throws with non-constructor object: the request is rejected and nothing is retried', async () => {
      vi.stubGlobal('WebSocket', {});
      await expectRefused(harness({ WebSocket: undefined }));
    });

    it('throws if not created with `new`: createClient is called without it, and touches nothing yet', async () => {
      const { sockets: opened, WebSocket } = socketFactory();
      const environment = fakeEnvironment();
      const client = createClient({ url: 'ws://host/', WebSocket, environment });
      await vi.advanceTimersByTimeAsync(3_600_000);
      expect(client.status).toEqual({ state: 'idle' });
      expect(opened).toHaveLength(0);
      expect(environment.listeners.size).toBe(0);
    });

    it('global WebSocket is used if available: without the option sockets are of that class', async () => {
      const { sockets: opened, WebSocket } = socketFactory();
      vi.stubGlobal('WebSocket', WebSocket);
      const { client, settle } = harness({ WebSocket: undefined });
      client.connect();
      await settle();
      expect(opened).toHaveLength(1);
      client.close();
    });

    it('pass WebSocket via options: sockets are of the given class, whatever the global is', async () => {
      const unused = socketFactory();
      for (const present of [undefined, unused.WebSocket]) {
        vi.stubGlobal('WebSocket', present);
        const { client, factory, open } = harness();
        await open();
        expect(factory.sockets).toHaveLength(1);
        expect(client.status.state).toBe('connected');
        client.close();
      }
      expect(unused.sockets).toHaveLength(0);
    });
  });

  describe('the console', () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => {
      vi.useRealTimers();
      vi.restoreAllMocks();
    });

    it('debug on: a status listener is told every step, with the reason of each close', async () => {
      const steps: string[] = [];
      await liveThroughAll((step) => steps.push(step));
      expect(steps).toEqual([
        ...['connecting', 'connected', 'reconnecting 4900', 'connecting', 'closed 4403'],
      ]);
    });

    it('debug off: nothing is ever written to the console', async () => {
      const writes = watchConsole();
      await liveThroughAll(() => {});
      for (const write of writes) expect(write).not.toHaveBeenCalled();
    });
  });
}
