import { vi } from 'vitest';
import { createClient, type Client, type ClientOptions, type Status } from '../../src/index.ts';
import { fakeEnvironment, type FakeEnvironment } from './client.ts';
import { socketFactory } from './fake-socket.ts';

/** A client on fake sockets, under fake timers, with all that it told. */
export interface Harness {
  client: Client;
  factory: ReturnType<typeof socketFactory>;
  environment: FakeEnvironment;
  statuses: Status[];
  errors: Error[];
  /** Lets the url and token be found, so that the socket is made. */
  settle(): Promise<void>;
  /** Connects and is greeted. */
  open(greeting?: Record<string, unknown>): Promise<void>;
}

export function harness(options: Partial<ClientOptions> = {}): Harness {
  const factory = socketFactory();
  const environment = fakeEnvironment();
  const client = createClient({
    ...{ url: 'wss://host/ide/ws', WebSocket: factory.WebSocket, environment, random: () => 0.5 },
    ...options,
  });
  const statuses: Status[] = [];
  const errors: Error[] = [];
  client.on('status', (status) => statuses.push(status));
  client.on('error', (error) => errors.push(error));
  const settle = async () => {
    await vi.advanceTimersByTimeAsync(0);
  };
  return {
    ...{ client, factory, environment, statuses, errors, settle },
    async open(greeting) {
      client.connect();
      await settle();
      factory.last.greet(greeting);
    },
  };
}
