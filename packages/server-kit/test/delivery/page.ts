import { createClient, type Client } from '@ide-assistant/sdk';
import { persist, type PersistStorage, type RestoredRequest } from '@ide-assistant/sdk/persist';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { token } from '../support/tokens.ts';
import { ownEnvironment, type OwnClient } from './own-client.ts';
import type { ScenarioContext } from './scenario.ts';
import { tapSockets } from './tap.ts';
import { createVirtualClock } from './virtual-clock.ts';

/** A tab with a persisted queue, which may go away at any moment. */
export interface Page extends Omit<OwnClient, 'statuses'> {
  /** What it found from earlier pages, in order. */
  readonly restored: readonly RestoredRequest[];
  /** Ids of the requests that it has sent, with those that it has repeated. */
  sentIds(): string[];
  /** Goes away without a word: nothing of it happens any more, and what it began to store may be lost. */
  end(): void;
}

/** What the tabs of one origin share. */
export interface Origin {
  /** Requests that wait in the storage. */
  readonly stored: readonly string[];
  /** The storage as one page sees it, for as long as that lives. */
  storageOf(isGone: () => boolean): PersistStorage;
}

/** An origin that nobody has visited. Its storage answers later, in the order in which it was asked. */
export function newOrigin(): Origin {
  const texts = new Map<string, string>();
  return {
    get stored() {
      return [...texts.keys()].filter(Boolean);
    },
    storageOf(isGone) {
      const later = async <T>(act: () => T): Promise<T> => {
        await nextTurn();
        // A page that is gone never hears of it; what it asked for in its last moment is not done.
        return isGone() ? new Promise<T>(() => undefined) : act();
      };
      return {
        getAll: () => later(() => [...texts.values()].map((text) => JSON.parse(text) as never)),
        add: (entry) =>
          later(() => {
            if (!texts.has(entry.requestId)) texts.set(entry.requestId, JSON.stringify(entry));
          }),
        delete: (requestId) => later(() => texts.delete(requestId)),
      };
    },
  };
}

/** Opens a page of the origin. */
export async function openPage(
  { onEnd }: Pick<ScenarioContext, 'onEnd'>,
  url: string,
  origin: Origin,
  { online = true, maxAgeMs }: { online?: boolean; maxAgeMs?: number | undefined } = {},
): Promise<Page> {
  const jwt = await token();
  const clock = createVirtualClock();
  const environment = ownEnvironment();
  environment.online = online;
  const tap = tapSockets();
  const restored: RestoredRequest[] = [];
  let isGone = false;
  const client: Client = await persist(
    {
      key: 'ada',
      maxAgeMs,
      storage: origin.storageOf(() => isGone),
      onRestored(request) {
        // Handled by whoever looks at it, if anybody does.
        request.result.catch(() => undefined);
        restored.push(request);
      },
    },
    (identity) =>
      createClient({
        ...{ url, clock, environment, WebSocket: tap.WebSocket, random: () => 0.5 },
        ...{ token: () => jwt, timeoutMs: 0, ...identity },
      }),
  );
  onEnd(() => client.close());
  return {
    ...{ client, clock, environment, tap, restored },
    sentIds: () => tap.all('up', 'chat').map((message) => String(message['request_id'])),
    end() {
      isGone = true;
      tap.end();
    },
  };
}
