import { WebSocket } from 'ws';
import {
  createClient,
  type Client,
  type ClientOptions,
  type Environment,
  type Status,
} from '../../src/index.ts';

/** A client for real sockets that retries without waiting long. Closes with `await using`. */
export function connectTo(url: string, options: Partial<ClientOptions> = {}): Client {
  const backoff = { minMs: 5, maxMs: 20, stableMs: 1_000 };
  return createClient({ url, WebSocket, backoff, environment: fakeEnvironment(), ...options });
}

/** Resolves with the next status of that state, or with the present one. */
export function statusOf<S extends Status['state']>(
  client: Client,
  state: S,
): Promise<Extract<Status, { state: S }>> {
  return new Promise((resolve) => {
    const check = (status: Status) => {
      if (status.state !== state) return false;
      resolve(status as Extract<Status, { state: S }>);
      return true;
    };
    if (check(client.status)) return;
    const off = client.on('status', (status) => {
      if (check(status)) off();
    });
  });
}

/** An environment that is told what it reports. */
export interface FakeEnvironment extends Environment {
  online: boolean;
  hidden: boolean;
  listeners: Set<() => void>;
  /** Reports that something changed. */
  wake(): void;
}

export function fakeEnvironment(): FakeEnvironment {
  const listeners = new Set<() => void>();
  return {
    online: true,
    hidden: false,
    baseUrl: undefined,
    listeners,
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    wake() {
      for (const listener of [...listeners]) listener();
    },
  };
}
