import { afterEach, describe, expect, it, vi } from 'vitest';
import { createClient } from '../src/index.ts';
import { randomId, systemClock } from '../src/environment.ts';
import { socketFactory } from './support/fake-socket.ts';

/** A page with as much as the client looks at. */
function stubPage(page: { onLine: boolean; href: string }) {
  const target = new EventTarget();
  const listen = vi.fn(target.addEventListener.bind(target));
  vi.stubGlobal('navigator', page);
  vi.stubGlobal('location', new URL(page.href));
  vi.stubGlobal('addEventListener', listen);
  return { listen, say: (name: string) => target.dispatchEvent(new Event(name)) };
}

afterEach(() => void vi.unstubAllGlobals());

describe('in a page', () => {
  it('finds the page only on connect, follows its events and lets go of them', async () => {
    const { sockets, WebSocket } = socketFactory();
    const client = createClient({ url: '/ide/ws', WebSocket });
    const page = { onLine: false, href: 'https://app.example/page' };
    const { listen, say } = stubPage(page);
    expect(listen).not.toHaveBeenCalled();
    client.connect();
    expect(client.status).toEqual({ state: 'offline' });
    page.onLine = true;
    say('online');
    await vi.waitFor(() => expect(sockets).toHaveLength(1));
    expect(sockets[0]?.url).toMatch(/^wss:\/\/app\.example\/ide\/ws\?/);
    sockets[0]?.greet();
    for (const name of ['visibilitychange', 'resume', 'pageshow', 'focus']) say(name);
    expect(sockets[0]?.sent).toEqual([{ type: 'ping' }]);
    page.onLine = false;
    say('offline');
    expect(client.status).toEqual({ state: 'offline' });
    client.close();
    page.onLine = true;
    say('online');
    expect(client.status.state).toBe('closed');
  });

  it('on the developer’s own machine needs no network', () => {
    stubPage({ onLine: false, href: 'http://localhost:5173/' });
    const client = createClient({ url: '/ide/ws', WebSocket: socketFactory().WebSocket });
    client.connect();
    expect(client.status.state).toBe('connecting');
    client.close();
  });

  it('that is no secure context has ids all the same', () => {
    // All that such a page has of it.
    const { getRandomValues } = crypto;
    vi.stubGlobal('crypto', { getRandomValues: getRandomValues.bind(crypto) });
    const ids = Array.from({ length: 1000 }, () => randomId());
    expect(new Set(ids).size).toBe(1000);
    for (const id of ids) expect(id.length).toBeLessThanOrEqual(64);
  });
});

describe('the clock', () => {
  it('does not fire at once for a delay longer than a timer can keep', () => {
    vi.useFakeTimers();
    const fire = vi.fn();
    systemClock.setTimeout(fire, Infinity);
    vi.advanceTimersByTime(86_400_000);
    vi.useRealTimers();
    expect(fire).not.toHaveBeenCalled();
  });
});
