import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TestServer } from '../support/server.ts';
import { ready, startChromium, type Chromium } from '../tabs/chromium.ts';
import { nowhere } from './pages.ts';

let chromium: Chromium;
beforeAll(async () => {
  chromium = await startChromium();
}, 60_000);
afterAll(() => chromium[Symbol.asyncDispose]());

/** Asks for files to be written, and waits for nothing. */
const ask = (page: Page, ...ids: string[]) =>
  page.evaluate((names) => {
    for (const name of names) assistant.save(name).catch(() => {});
  }, ids);

const restored = (page: Page) =>
  page.evaluate(() => assistant.restored.map(({ requestId }) => requestId));

const answers = (page: Page) =>
  page.evaluate(() => Promise.all(assistant.restored.map(({ result }) => result)));

/** Waits until the database holds so many requests, beside the entry that says who the client is. */
const stored = (page: Page, count: number) =>
  page.waitForFunction(
    (expected) =>
      new Promise<boolean>((resolve) => {
        const name = 'ide-assistant:app';
        const opening = indexedDB.open(name);
        opening.onsuccess = () => {
          const counting = opening.result.transaction(name).objectStore(name).count();
          counting.onsuccess = () => resolve(counting.result === expected + 1);
          opening.result.close();
        };
      }),
    count,
  );

/** Where a server will be, and no longer is. */
async function formerPort(): Promise<number> {
  await using server = await TestServer.start();
  return server.port;
}

describe('in a real browser', { timeout: 60_000 }, () => {
  it('a reloaded page asks again for what had no answer, and it takes effect once', async () => {
    await using profile = await chromium.profile();
    await using server = await TestServer.start();
    const answer = server.handlers['file_save']!;
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    server.handlers['file_save'] = async (...request) => {
      await held;
      return answer(...request);
    };
    const page = await profile.open(server.url, 'persist');
    await ask(page, 'r1', 'r2');
    await vi.waitFor(() => expect(server.effects).toEqual(['r1', 'r2']), { timeout: 10_000 });
    await stored(page, 2);
    await page.reload();
    await ready(page);
    expect(await restored(page)).toEqual(['r1', 'r2']);
    release();
    await answers(page);
    expect(server.effects).toEqual(['r1', 'r2']);
    await stored(page, 0);
    expect(await page.evaluate(() => assistant.errors)).toEqual([]);
  });

  it.each(['persist', 'both'] as const)(
    'two tabs (%s) send the queue of a page that was closed in its order, for one effect each',
    async (mode) => {
      await using profile = await chromium.profile();
      const port = await formerPort();
      const url = `ws://127.0.0.1:${port}/ide/ws`;
      const ids = ['r1', 'r2', 'r3', 'r4', 'r5'];
      const before = await profile.open(url, mode);
      await ask(before, ...ids);
      await stored(before, ids.length);
      await before.close();
      const pages = await Promise.all([1, 2].map(() => profile.open(url, mode)));
      for (const page of pages) expect(await restored(page)).toEqual(ids);

      await using server = await TestServer.start({}, port);
      const replies = await Promise.all(pages.map(answers));
      expect(replies).toMatchObject([1, 2].map(() => ids.map((id) => ({ path: `${id}.txt` }))));
      expect(server.effects).toEqual(ids);
      await stored(pages[0]!, 0);
    },
  );

  it('a page that may not use IndexedDB keeps its queue in localStorage', async () => {
    await using profile = await chromium.profile();
    await profile.context.addInitScript(() => {
      Object.defineProperty(globalThis, 'indexedDB', {
        value: {
          open: () => {
            throw new DOMException('refused', 'SecurityError');
          },
        },
      });
    });
    const page = await profile.open(nowhere, 'persist');
    await ask(page, 'r1', 'r2');
    await page.reload();
    await ready(page);
    expect(await restored(page)).toEqual(['r1', 'r2']);
  });

  it('a page holds up nobody who deletes the database', async () => {
    await using profile = await chromium.profile();
    const page = await profile.open(nowhere, 'persist');
    const deleted = page.evaluate(
      () =>
        new Promise((resolve) => {
          indexedDB.deleteDatabase('ide-assistant:app').onsuccess = () => resolve('deleted');
        }),
    );
    await expect(deleted).resolves.toBe('deleted');
    await ask(page, 'r1');
    await page.waitForFunction(() => assistant.errors.length === 1);
  });
});
