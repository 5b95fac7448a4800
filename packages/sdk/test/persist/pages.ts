import { onTestFinished } from 'vitest';
import type { Client, ClientOptions } from '../../src/index.ts';
import {
  persist,
  type Identity,
  type PersistOptions,
  type RestoredRequest,
} from '../../src/persist/index.ts';
import { connectTo } from '../support/client.ts';
import { FakeBrowser } from '../tabs/fake-browser.ts';
import { FakeTab } from '../tabs/fake-tab.ts';
import type { MemoryStorage } from './memory-storage.ts';

/** A page with a client whose queue is kept. */
export interface Page {
  client: Client;
  /** Who the client is. */
  identity: Identity;
  /** What was sent again, and what the storage did wrong. */
  restored: RestoredRequest[];
  errors: unknown[];
  /** Ends the page without a word. */
  kill(): void;
}

/** Where nobody listens. */
export const nowhere = 'ws://127.0.0.1:9/ide/ws';

/** Opens a page, whose requests wait as long as they have to. */
export async function openPage(
  url: string,
  storage: MemoryStorage | undefined,
  options: Partial<PersistOptions> = {},
  clientOptions: Partial<ClientOptions> = {},
): Promise<Page> {
  const tab = new FakeTab(new FakeBrowser());
  const { clock } = tab;
  const { WebSocket } = tab.parts;
  const page = {
    restored: [] as RestoredRequest[],
    errors: [] as unknown[],
    identity: {} as Identity,
  };
  const client = await persist(
    {
      ...{ key: 'app', storage },
      onRestored: (request) => {
        page.restored.push(request);
        request.result.catch(() => {});
      },
      onError: (error) => void page.errors.push(error),
      ...options,
    },
    (identity) => {
      page.identity = identity;
      return connectTo(url, { timeoutMs: 0, clock, WebSocket, ...identity, ...clientOptions });
    },
  );
  onTestFinished(() => client.close());
  return { ...page, client, kill: () => tab.kill() };
}

/** The arguments of a request that writes a file. */
export const save = (id: string) =>
  [{ path: `${id}.txt`, content: id }, { requestId: id }] as const;

/** Asks for what the page may not live to see answered. */
export function leave({ client }: Page, ...ids: string[]): void {
  for (const id of ids) client.request('file_save', ...save(id)).catch(() => {});
}
