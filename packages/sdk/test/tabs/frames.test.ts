import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Client } from '../../src/index.ts';
import { statusOf } from '../support/client.ts';
import { socketFactory, type FakeSocket } from '../support/fake-socket.ts';
import { FakeBrowser } from './fake-browser.ts';
import { FakeChannel } from './fake-channel.ts';
import { FakeTab } from './fake-tab.ts';

interface Page {
  client: Client;
  socket: FakeSocket;
}

/** Opens a tab whose server is the test. */
async function open(browser: FakeBrowser, greeting: Record<string, unknown>): Promise<Page> {
  const factory = socketFactory();
  const client = new FakeTab(browser, factory.WebSocket).client('ws://host/ide/ws');
  onTestFinished(() => client.close());
  client.connect();
  await vi.waitFor(() => factory.last.greet(greeting));
  return { client, socket: factory.last };
}

/** A tab that leads and one that follows. */
async function openPair() {
  const browser = new FakeBrowser();
  const leader = await open(browser, { connection_id: 'c_1' });
  await statusOf(leader.client, 'connected');
  const follower = await open(browser, { connection_id: 'c_2' });
  const { socket, client } = follower;
  await vi.waitFor(() => expect(socket.sent).toEqual([{ type: 'ping' }]));
  return {
    browser,
    leader,
    follower,
    join: () => {
      socket.say({ type: 'pong' });
      return statusOf(client, 'connected');
    },
  };
}

/** Tells all tabs something, as one of them. */
function tell(browser: FakeBrowser, ...note: unknown[]): void {
  const [{ name, tab }] = [...browser.channels] as [FakeChannel];
  const channel = new FakeChannel(browser.channels, tab, name);
  channel.postMessage(note);
  channel.close();
}

const snapshot = { type: 'session_snapshot', session_id: 's_1', running: [] };

describe('a tab that joins', () => {
  it('says nothing of its own but a ping, and is told first what it was greeted with', async () => {
    const { browser, leader, follower, join } = await openPair();
    const events: string[] = [];
    follower.client.on('event', ({ type, seq }) => events.push(`${type} ${seq}`));
    const reply = follower.client.request('file_open', { path: 'a' }, { requestId: 'r1' });
    // What the leader hears from now on waits behind the greeting.
    leader.socket.event(1);
    leader.socket.event(2);
    follower.socket.say(snapshot);
    follower.socket.event(1);
    await browser.heard();
    expect(events).toEqual([]);
    await join();
    leader.socket.event(3);
    await vi.waitFor(() => expect(leader.socket.sent).toMatchObject([{ request_id: 'r1' }]));
    leader.socket.say({ type: 'file_opened', request_id: 'r1', path: 'a' });
    await expect(reply).resolves.toEqual({ path: 'a' });
    expect(events).toEqual([
      'session_snapshot undefined',
      'ai_typing 1',
      'ai_typing 2',
      'ai_typing 3',
    ]);
    expect(follower.socket.sent).toEqual([{ type: 'ping' }]);
    expect(follower.socket.closed).toEqual({ code: 1000, reason: undefined });
  });

  it('waits for the next leader when the first ends meanwhile', async () => {
    const { leader, follower } = await openPair();
    leader.client.close();
    await statusOf(follower.client, 'connected');
    follower.client.request('file_open', { path: 'a' }).catch(() => {});
    expect(follower.socket.sent).toMatchObject([{ type: 'ping' }, { type: 'file_open' }]);
    expect(follower.socket.closed).toBeUndefined();
  });

  it('does not join one that has ended before the server told all', async () => {
    const { browser, follower } = await openPair();
    const { client, socket } = follower;
    tell(browser, 'close', 'c_1', 1012, '');
    await browser.heard();
    socket.say({ type: 'pong' });
    expect(client.status.state).toBe('connecting');
    expect(socket.closed).toBeUndefined();

    // What the first had still said is of no use to who joins the next.
    tell(browser, 'lead', 'c_9');
    tell(browser, 'frame', 'c_9', JSON.stringify({ type: 'disconnect', session_id: 's_1' }));
    tell(browser, 'lead', 'c_1');
    await browser.heard();
    const events: string[] = [];
    client.on('event', ({ type }) => events.push(type));
    socket.say({ type: 'pong' });
    expect(client.status.state).toBe('connecting');
    socket.say({ type: 'pong' });
    expect(client.status.state).toBe('connected');
    expect(events).toEqual([]);
  });

  it('ends as its own socket does', async () => {
    const { follower } = await openPair();
    follower.socket.drop(4403, 'not yours');
    await expect(statusOf(follower.client, 'closed')).resolves.toMatchObject({ code: 4403 });
  });
});

describe('the frames of the leading tab', () => {
  it('reach the others, binary ones too, but for its greeting and the end of its own token', async () => {
    const { leader, follower, join } = await openPair();
    await join();
    const heard: unknown[] = [];
    follower.client.on('event', ({ type }) => heard.push(type));
    follower.client.on('binary', (buffer) => heard.push([...new Uint8Array(buffer)]));
    const expiring = { session_id: 's_1', expires_at: '2026-11-21T12:00:00.000Z' };
    leader.socket.say(snapshot);
    leader.socket.say({ type: 'auth_expiring', ...expiring });
    leader.socket.onmessage?.({ data: new Uint8Array([1, 2]).buffer });
    leader.socket.event(1);
    await vi.waitFor(() => expect(heard).toEqual([[1, 2], 'ai_typing']));
  });

  it('keep what one tab no longer wants, since another may', async () => {
    const { leader, follower, join } = await openPair();
    await join();
    const topics: ('phase' | 'concepts')[] = ['phase'];
    for (const { client } of [leader, follower]) {
      await expect(client.request('unsubscribe', { topics })).resolves.toEqual({
        topics: ['session'],
      });
    }
    expect(leader.socket.sent).toEqual([]);
  });

  it('end what a tab no longer wants where there is no other', async () => {
    const leader = await open(new FakeBrowser(), {});
    await statusOf(leader.client, 'connected');
    leader.client.request('unsubscribe', { topics: ['phase'] }).catch(() => {});
    expect(leader.socket.sent).toMatchObject([{ type: 'unsubscribe' }]);
  });
});

describe('a leading tab that was asleep', () => {
  it('starts anew instead of sending what is late', async () => {
    const { browser, leader, follower, join } = await openPair();
    await join();
    tell(browser, 'send', 'c_1', '{"type":"file_create"}', Date.now() - 2_001);
    for (const { client } of [leader, follower]) {
      await expect(statusOf(client, 'reconnecting')).resolves.toMatchObject({ code: 1012 });
    }
    expect(leader.socket.sent).toEqual([]);
  });
});

describe('closing', () => {
  it('leaves no lock, no channel and no socket behind, whatever the tab was', async () => {
    const { browser, leader, follower, join } = await openPair();
    const third = await open(browser, { connection_id: 'c_3' });
    await join();
    expect(browser.channels.size).toBe(3);
    for (const { client } of [third, follower, leader]) client.close();
    await vi.waitFor(() => expect(browser.held.size).toBe(0));
    expect(browser.queue).toHaveLength(0);
    expect(browser.channels.size).toBe(0);
    for (const { socket } of [third, follower, leader]) expect(socket.closed).toBeDefined();
  });

  it('takes nothing from the others when a tab that follows is closed', async () => {
    const { browser, leader, follower, join } = await openPair();
    await join();
    follower.client.close();
    expect(browser.queue).toHaveLength(0);
    expect(browser.channels.size).toBe(1);
    await browser.heard();
    expect(leader.client.status.state).toBe('connected');
    expect(leader.socket.closed).toBeUndefined();
  });

  it('leaves no timer behind, and none disturbs who leads', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { client, socket } = await open(new FakeBrowser(), {});
    await statusOf(client, 'connected');
    vi.advanceTimersByTime(10_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(client.status.state).toBe('connected');
    client.close();
    expect(socket.closed).toBeDefined();
    expect(vi.getTimerCount()).toBe(0);
  });
});
