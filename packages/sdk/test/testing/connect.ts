import { onTestFinished } from 'vitest';
import { createClient, type Client, type ClientOptions } from '../../src/index.ts';
import type { FakeServer } from '../../src/testing/index.ts';
import { fakeEnvironment } from '../support/client.ts';

/** A client of that server, whose retries wait until they are asked for. Closed after the test. */
export function connectTo(server: FakeServer, options: Partial<ClientOptions> = {}): Client {
  const client = createClient({
    ...{ url: 'ws://test/', WebSocket: server.WebSocket, environment: fakeEnvironment() },
    ...{ backoff: { minMs: 600_000, maxMs: 600_000 }, random: () => 1 },
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}
