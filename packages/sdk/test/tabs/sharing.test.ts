import { describe, expect, it, vi } from 'vitest';
import { TestServer } from '../support/server.ts';
import { expectInOrder, expectOnce, expectOneSocket, openPages } from './pages.ts';

const save = (id: string) => [{ path: `${id}.txt`, content: id }, { requestId: id }] as const;

describe('tabs of one app', () => {
  it('use one socket, and each gets the replies to what it asked', async () => {
    await using server = await TestServer.start();
    const { pages } = await openPages(server, 3);
    const replies = pages.map(({ client }, index) =>
      client.request('file_save', ...save(`r${index}`)),
    );
    const paths = (await Promise.all(replies)).map(({ path }) => path);
    expect(paths).toEqual(['r0.txt', 'r1.txt', 'r2.txt']);
    expectOnce(server, ['r0', 'r1', 'r2']);
    expect(server.sockets).toHaveLength(1);
    expect(server.handshakes).toHaveLength(3);
  });

  it('all hear every event once and in order, also those that happen while a tab joins', async () => {
    await using server = await TestServer.start();
    const browser = await openPages(server, 2);
    const [first] = browser.pages;
    let isDone = false;
    const load = (async () => {
      for (let index = 0; !isDone; index++)
        await first.client.request('file_save', ...save(`${index}`));
    })();
    await Promise.all([1, 2, 3].map(() => browser.open(server)));
    await expectOneSocket(server);
    isDone = true;
    await load;
    const { seq } = server.session;
    for (const { seqs } of browser.pages) {
      await vi.waitFor(() => expect(seqs.at(-1)).toBe(seq));
      expectInOrder(seqs, seq);
    }
  });
});
