import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { statusOf } from '../support/client.ts';
import { TestServer } from '../support/server.ts';
import { expectOnce, expectOneSocket, openPages } from './pages.ts';

const save = (id: string) => [{ path: `${id}.txt`, content: id }, { requestId: id }] as const;

/** Lets time pass until something holds, while sockets work. */
const pass = (check: () => void) =>
  vi.waitFor(() => {
    vi.advanceTimersByTime(250);
    check();
  });

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

describe('a leading tab that is frozen', () => {
  it('is followed no longer: a new tab takes over, and the others come along', async () => {
    await using server = await TestServer.start();
    const browser = await openPages(server, 2);
    const { pages, leader } = browser;
    const [other] = pages.filter((page) => page !== leader);
    leader.tab.freeze();
    const late = browser.open(server, { connectTimeoutMs: 60_000 });
    await pass(() => expect(browser.pages).toHaveLength(3));
    const { client } = await late;
    expect(browser.leader.client).toBe(client);
    await pass(() => expect(server.sockets).toHaveLength(2));

    const replies = [other!.client, client].map((one, index) =>
      one.request('file_save', ...save(`r${index}`)),
    );
    await expect(Promise.all(replies)).resolves.toHaveLength(2);
    expectOnce(server, ['r0', 'r1']);
  });

  it('joins the others when it wakes', async () => {
    await using server = await TestServer.start();
    const browser = await openPages(server, 1);
    const [sleeper] = browser.pages;
    sleeper.tab.freeze();
    const late = browser.open(server, { connectTimeoutMs: 60_000 });
    await pass(() => expect(browser.pages).toHaveLength(2));
    await late;
    const reply = sleeper.client.request('file_save', ...save('r0'));
    sleeper.tab.wake();
    await pass(() => expect(server.sockets).toHaveLength(1));
    await expect(reply).resolves.toMatchObject({ path: 'r0.txt' });
    expect(browser.leader).not.toBe(sleeper);
    expectOnce(server, ['r0']);
  });

  it('is noticed by those who follow it, as a server that is silent', async () => {
    vi.useRealTimers();
    await using server = await TestServer.start({ heartbeatMs: 40 });
    const { pages, leader } = await openPages(server, 2);
    const [{ client }] = pages.filter((page) => page !== leader) as [(typeof pages)[0]];
    // Several heartbeats of silence are no death as long as the leader passes the pings on.
    const pings = () => server.received.filter(({ type }) => type === 'ping').length;
    const before = pings();
    await vi.waitFor(() => expect(pings()).toBeGreaterThan(before + 3));
    expect(client.status.state).toBe('connected');

    leader.tab.freeze();
    const { code } = await statusOf(client, 'reconnecting');
    expect(code).toBe(4408);
    server.options.heartbeatMs = 30_000;
    await statusOf(client, 'connected');
    await expect(client.request('file_save', ...save('r0'))).resolves.toBeDefined();
    expectOnce(server, ['r0']);
  });

  it('does not send, when it wakes, what it was asked for in its sleep', async () => {
    await using server = await TestServer.start();
    const browser = await openPages(server, 2);
    const { pages, leader } = browser;
    const [other] = pages.filter((page) => page !== leader);
    leader.tab.freeze();
    const controller = new AbortController();
    const { signal } = controller;
    const [input, options] = save('r0');
    const reply = other!.client.request('file_save', input, { ...options, signal });
    controller.abort();
    await expect(reply).rejects.toMatchObject({ code: 'cancelled' });
    const now = Date.now();
    vi.spyOn(Date, 'now').mockReturnValue(now + 2_001);
    leader.tab.wake();
    await pass(() => expect(server.handshakes).toHaveLength(4));
    vi.restoreAllMocks();
    await expectOneSocket(server);
    expectOnce(server, []);
    expect(server.received.filter(({ request_id }) => request_id === 'r0')).toHaveLength(0);
  });
});
