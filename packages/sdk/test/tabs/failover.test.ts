import { describe, expect, it, vi } from 'vitest';
import { statusOf } from '../support/client.ts';
import { CuttingProxy, seededRandom } from '../support/proxy.ts';
import { TestServer } from '../support/server.ts';
import { Browser, expectInOrder, expectOnce, expectOneSocket, openPages } from './pages.ts';

const save = (id: string) => [{ path: `${id}.txt`, content: id }, { requestId: id }] as const;

/** Lets a server take requests and answer them only when told. */
function holdReplies(server: TestServer, type: string) {
  const answer = server.handlers[type]!;
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  server.handlers[type] = async (input, context) => {
    await held;
    return answer(input, context);
  };
  return release;
}

describe('when the leading tab', () => {
  it('dies, another one leads, and what was on its way takes effect once', async () => {
    await using server = await TestServer.start();
    const { pages, leader } = await openPages(server, 3);
    const release = holdReplies(server, 'file_save');
    const others = pages.filter((page) => page !== leader);
    const replies = others.map(({ client }, index) =>
      client.request('file_save', ...save(`r${index}`)),
    );
    await vi.waitFor(() => expectOnce(server, ['r0', 'r1']));
    leader.tab.kill();
    release();
    await expect(Promise.all(replies)).resolves.toHaveLength(2);
    await expectOneSocket(server);
    expectOnce(server, ['r0', 'r1']);
    for (const { client } of others) await statusOf(client, 'connected');
  });

  it('dies before it has sent what another asked for, that is sent by the next', async () => {
    await using server = await TestServer.start();
    const { pages, leader } = await openPages(server, 2);
    const other = pages.find((page) => page !== leader)!;
    leader.tab.freeze();
    const reply = other.client.request('file_save', ...save('r0'));
    leader.tab.kill();
    await expect(reply).resolves.toMatchObject({ path: 'r0.txt' });
    expectOnce(server, ['r0']);
  });

  it('closes its client, the others go on at once', async () => {
    await using server = await TestServer.start();
    const { pages, leader } = await openPages(server, 3);
    leader.client.close();
    const others = pages.filter((page) => page !== leader);
    const replies = others.map(({ client }, index) =>
      client.request('file_save', ...save(`r${index}`)),
    );
    await expect(Promise.all(replies)).resolves.toHaveLength(2);
    await expectOneSocket(server);
    expectOnce(server, ['r0', 'r1']);
  });

  it('loses its socket, all connect again and share the next', async () => {
    await using server = await TestServer.start();
    const { pages } = await openPages(server, 3);
    const codes: number[] = [];
    for (const { client } of pages) {
      client.on('status', (status) => {
        if (status.state === 'reconnecting') codes.push(status.code);
      });
    }
    server.cutSockets();
    const replies = pages.map(({ client }, index) =>
      client.request('file_save', ...save(`r${index}`)),
    );
    await Promise.all(replies);
    await expectOneSocket(server);
    expect(codes).toEqual([1006, 1006, 1006]);
    expectOnce(server, ['r0', 'r1', 'r2']);
  });

  it('is refused for good, all are told so', async () => {
    await using server = await TestServer.start();
    const { pages } = await openPages(server, 2);
    server.closeSockets(4403, 'not yours');
    for (const { client } of pages) {
      await expect(statusOf(client, 'closed')).resolves.toMatchObject({
        code: 4403,
        reason: 'not yours',
      });
    }
    expect(server.handshakes).toHaveLength(2);
  });
});

describe('a stream in a tab that follows', () => {
  it('goes on without a hole when the leading tab dies, and no word comes twice', async () => {
    await using server = await TestServer.start();
    const { pages, leader } = await openPages(server, 3);
    const { client } = pages.find((page) => page !== leader)!;
    const question = Array.from({ length: 200 }, (_, index) => `w${index}`).join(' ');
    const answer = client.stream('chat', { message: question }, { requestId: 'chat' });
    let text = '';
    for await (const part of answer) {
      if (part.type === 'snapshot') ({ text } = part);
      if (part.type === 'ai_delta') text += part.delta;
      if (part.type === 'ai_delta' && part.delta === 'w50 ') leader.tab.kill();
    }
    expect(text).toBe(`${question} `);
    expectOnce(server, ['chat']);
  });
});

describe('under connections cut at random bytes', () => {
  it.each([1, 2])('three tabs lose and double nothing (seed %i)', async (seed) => {
    await using server = await TestServer.start();
    const random = seededRandom(seed);
    await using proxy = await CuttingProxy.start(server.port, () => 800 + random() * 12_000);
    const browser = new Browser();
    for (let index = 0; index < 3; index++) await browser.open({ url: proxy.url });
    const ids = browser.pages.flatMap((_, tab) =>
      Array.from({ length: 60 }, (_request, index) => `t${tab}r${index}`),
    );
    const load = browser.pages.map(async ({ client }, tab) => {
      for (const id of ids.filter((one) => one.startsWith(`t${tab}`))) {
        const reply = await client.request('file_save', ...save(id));
        expect(reply.path).toBe(`${id}.txt`);
      }
    });
    await Promise.all(load);
    expect(proxy.cuts).toBeGreaterThan(3);
    expectOnce(server, ids);
    const { seq } = server.session;
    for (const { seqs } of browser.pages) {
      await vi.waitFor(() => expect(seqs.at(-1)).toBe(seq));
      expectInOrder(seqs, seq);
    }
  });
});
