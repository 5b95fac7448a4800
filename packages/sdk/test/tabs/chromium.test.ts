import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TestServer } from '../support/server.ts';
import { connected, startChromium, type Chromium, type Profile } from './chromium.ts';
import { expectInOrder, expectOnce, expectOneSocket } from './pages.ts';

let chromium: Chromium;
beforeAll(async () => {
  chromium = await startChromium();
}, 60_000);
afterAll(() => chromium[Symbol.asyncDispose]());

async function openTabs(profile: Profile, server: TestServer, count: number): Promise<Page[]> {
  const pages: Page[] = [];
  for (let index = 0; index < count; index++) pages.push(await profile.open(server.url, 'tabs'));
  await Promise.all(pages.map(connected));
  await expectOneSocket(server);
  return pages;
}

const save = (page: Page, id: string) => page.evaluate((name) => assistant.save(name), id);

/** Tells the tab that leads from the others. */
async function partition(pages: Page[]): Promise<{ leader: Page; others: Page[] }> {
  const leads = await Promise.all(pages.map((page) => page.evaluate(() => assistant.leads())));
  expect(leads.filter(Boolean)).toHaveLength(1);
  const leader = pages[leads.indexOf(true)]!;
  return { leader, others: pages.filter((page) => page !== leader) };
}

describe('tabs of a real browser', { timeout: 60_000 }, () => {
  it('use one socket, each gets its own replies, and all hear every event once', async () => {
    await using profile = await chromium.profile();
    await using server = await TestServer.start();
    const pages = await openTabs(profile, server, 3);
    const paths = await Promise.all(pages.map((page, index) => save(page, `r${index}`)));
    expect(paths).toEqual(['r0.txt', 'r1.txt', 'r2.txt']);
    expectOnce(server, ['r0', 'r1', 'r2']);
    expect(server.sockets).toHaveLength(1);
    for (const page of pages) {
      await page.waitForFunction(() => assistant.seqs.length === 3);
      expectInOrder(await page.evaluate(() => assistant.seqs), server.session.seq);
    }
  });

  it.each([
    ['is closed', (leader: Page) => leader.close()],
    [
      'crashes',
      async (leader: Page) => {
        const devtools = await leader.context().newCDPSession(leader);
        // Nobody is left to answer this.
        void devtools.send('Page.crash').catch(() => {});
      },
    ],
  ])(
    'share the next one when the one that leads %s, and nothing takes effect twice',
    async (_, end) => {
      await using profile = await chromium.profile();
      await using server = await TestServer.start();
      const { leader, others } = await partition(await openTabs(profile, server, 3));
      const answer = server.handlers['file_save']!;
      let release = () => {};
      const held = new Promise<void>((resolve) => (release = resolve));
      server.handlers['file_save'] = async (...request) => {
        await held;
        return answer(...request);
      };
      const replies = others.map((page, index) => save(page, `r${index}`));
      await vi.waitFor(() => expectOnce(server, ['r0', 'r1']));
      await end(leader);
      await vi.waitFor(() => expect(server.handshakes).toHaveLength(5), { timeout: 10_000 });
      release();
      await expect(Promise.all(replies)).resolves.toEqual(['r0.txt', 'r1.txt']);
      await expectOneSocket(server);
      await partition(others);
      await Promise.all(others.map((page, index) => save(page, `s${index}`)));
      expectOnce(server, ['r0', 'r1', 's0', 's1']);
      for (const page of others) {
        await page.waitForFunction((last) => assistant.seqs.at(-1) === last, server.session.seq);
        expectInOrder(await page.evaluate(() => assistant.seqs), server.session.seq);
      }
    },
  );

  it('take over from one that is stuck, which joins them when it is free again', async () => {
    await using profile = await chromium.profile();
    await using server = await TestServer.start();
    const [leader] = await openTabs(profile, server, 1);
    const release = await profile.block(leader!);
    const late = await profile.open(server.url, 'tabs');
    await connected(late);
    expect(await late.evaluate(() => assistant.leads())).toBe(true);
    expect(server.sockets).toHaveLength(2);
    await save(late, 'r0');
    release();
    await expectOneSocket(server);
    await connected(leader!);
    await expect(save(leader!, 'r1')).resolves.toBe('r1.txt');
    expectOnce(server, ['r0', 'r1']);
  });

  it('come back over one socket when the server restarts', async () => {
    await using profile = await chromium.profile();
    const first = await TestServer.start();
    const pages = await openTabs(profile, first, 3);
    const { port } = first;
    await first.stop();
    const replies = pages.map((page, index) => save(page, `r${index}`));
    await using server = await TestServer.start({}, port);
    await expect(Promise.all(replies)).resolves.toHaveLength(3);
    await expectOneSocket(server);
    expectOnce(server, ['r0', 'r1', 'r2']);
  });
});
