import {
  createClient,
  isAssistantError,
  type Client,
  type ClientOptions,
  type Environment,
  type Status,
} from '@ide-assistant/sdk';
import { token } from '../support/tokens.ts';
import type { ScenarioContext } from './scenario.ts';
import { tapSockets, type Tap } from './tap.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

/** An environment that is told what it reports. */
interface OwnEnvironment extends Environment {
  online: boolean;
  hidden: boolean;
  /** Reports that something may have changed. */
  wake(): void;
}

/** A client whose time, sockets and page are the scenario's. */
export interface OwnClient {
  readonly client: Client;
  readonly clock: VirtualClock;
  readonly environment: OwnEnvironment;
  readonly tap: Tap;
  /** All that it was, in order. */
  readonly statuses: readonly Status[];
}

/** Creates one; `sessionId` is `mine` unless told otherwise. */
export async function ownClient(
  { onEnd }: Pick<ScenarioContext, 'onEnd'>,
  url: string,
  options: Partial<ClientOptions> = {},
): Promise<OwnClient> {
  const jwt = await token();
  const clock = createVirtualClock();
  const environment = ownEnvironment();
  const tap = tapSockets();
  const client = createClient({
    ...{ url, clock, environment, WebSocket: tap.WebSocket, random: () => 0.5 },
    ...{ token: () => jwt, sessionId: 'mine', timeoutMs: 0 },
    ...options,
  });
  const statuses: Status[] = [];
  client.on('status', (status) => statuses.push(status));
  onEnd(() => client.close());
  return { client, clock, environment, tap, statuses };
}

/** Makes an environment that is online and visible. */
export function ownEnvironment(): OwnEnvironment {
  const listeners = new Set<() => void>();
  return {
    online: true,
    hidden: false,
    baseUrl: undefined,
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    wake() {
      for (const listener of [...listeners]) listener();
    },
  };
}

/** Resolves with the present status, or the next, of one of these states. */
export function statusOf<S extends Status['state']>(
  client: Client,
  ...states: readonly S[]
): Promise<Extract<Status, { state: S }>> {
  return new Promise((resolve) => {
    const check = (status: Status) => {
      if (!states.includes(status.state as S)) return;
      undo();
      resolve(status as Extract<Status, { state: S }>);
    };
    const undo = client.on('status', check);
    check(client.status);
  });
}

/** How a request ends: `done`, or the code of its error. */
export async function endingOf(result: Promise<unknown>): Promise<string> {
  try {
    await result;
    return 'done';
  } catch (error) {
    return isAssistantError(error) ? error.code : String(error);
  }
}
