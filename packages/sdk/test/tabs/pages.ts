import { expect, onTestFinished, vi } from 'vitest';
import type { Client, ClientOptions, WebSocketConstructor } from '../../src/index.ts';
import { statusOf } from '../support/client.ts';
import type { TestServer } from '../support/server.ts';
import { FakeBrowser } from './fake-browser.ts';
import { FakeTab } from './fake-tab.ts';

/** A tab with a client, and what that was told. */
export interface Page {
  tab: FakeTab;
  client: Client;
  /** The numbers of its events. */
  seqs: number[];
}

/** A browser whose tabs are closed after the test. */
export class Browser extends FakeBrowser {
  readonly pages: Page[] = [];

  /** Opens a tab and connects. */
  async open(
    server: { url: string },
    options: Partial<ClientOptions> = {},
    Socket?: WebSocketConstructor,
  ): Promise<Page> {
    const tab = new FakeTab(this, Socket);
    const client = tab.client(server.url, options);
    onTestFinished(() => client.close());
    const seqs: number[] = [];
    client.on('event', ({ seq }) => {
      if (seq !== undefined) seqs.push(seq);
    });
    client.connect();
    await statusOf(client, 'connected');
    const page = { tab, client, seqs };
    this.pages.push(page);
    return page;
  }

  /** The tab whose socket all use. */
  get leader(): Page {
    const [holder] = this.held.values();
    const leader = this.pages.find(({ tab }) => tab === holder?.tab);
    if (!leader) throw new Error('nobody leads');
    return leader;
  }
}

/** Opens tabs, one after the other, until they use one socket. */
export async function openPages(
  server: TestServer,
  count: number,
): Promise<Browser & { pages: [Page, Page, ...Page[]] }> {
  const browser = new Browser();
  for (let index = 0; index < count; index++) await browser.open(server);
  await expectOneSocket(server);
  return browser as Browser & { pages: [Page, Page, ...Page[]] };
}

export async function expectOneSocket(server: TestServer): Promise<void> {
  await vi.waitFor(() => expect(server.sockets).toHaveLength(1), { timeout: 10_000 });
}

/** Asserts that nothing took effect twice. */
export function expectOnce(server: TestServer, ids: string[]): void {
  expect(server.effects.filter((id) => ids.includes(id)).sort()).toEqual([...ids].sort());
}

/** Asserts that numbers follow one another. */
export function expectInOrder(seqs: number[], last: number): void {
  const first = seqs[0]!;
  expect(seqs).toEqual(Array.from({ length: last - first + 1 }, (_, index) => first + index));
}
