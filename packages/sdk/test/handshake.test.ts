import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeEnvironment } from './support/client.ts';
import { harness } from './support/harness.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the handshake', () => {
  it('carries the token as a subprotocol and the place in the query', async () => {
    const { client, factory, open } = harness({
      ...{ url: 'wss://host/ide/ws?tenant=7', token: 'a.b.c', sessionId: 's_1', clientId: 'k' },
    });
    await open();
    expect(factory.last.protocols).toEqual(['ide-assistant.v1', 'bearer.a.b.c']);
    expect(Object.fromEntries(factory.last.query)).toEqual({
      tenant: '7',
      session: 's_1',
      client: 'k',
    });
    expect(client.sessionId).toBe('s_1');
    client.close();
  });

  it('offers no bearer entry without a token', async () => {
    const { factory, open } = harness({ token: () => undefined });
    await open();
    expect(factory.last.protocols).toEqual(['ide-assistant.v1']);
  });

  it('resumes with the last number and the epoch', async () => {
    const { factory, open } = harness();
    await open({ epoch: 'e_7', seq: 41 });
    factory.last.event(42);
    factory.last.drop(1006);
    await vi.advanceTimersByTimeAsync(1000);
    const { session, epoch, last_seq } = Object.fromEntries(factory.last.query);
    expect({ session, epoch, last_seq }).toEqual({ session: 's_1', epoch: 'e_7', last_seq: '42' });
  });

  it.each([
    ['https://host/ide/ws', undefined, 'wss://host/ide/ws'],
    ['http://host:81/ide/ws', undefined, 'ws://host:81/ide/ws'],
    [new URL('ws://host/x'), undefined, 'ws://host/x'],
    ['/ide/ws', 'https://app.example/page?q#h', 'wss://app.example/ide/ws'],
    [async () => 'ws://later/', undefined, 'ws://later/'],
  ])('goes to %s on a page at %s', async (url, baseUrl, expected) => {
    const { open, factory } = harness({ url, environment: { ...fakeEnvironment(), baseUrl } });
    await open();
    expect(factory.last.url.split('?')[0]).toBe(expected);
  });

  it('keeps one client id and calls url and token before each connection', async () => {
    const url = vi.fn(() => 'ws://host/');
    const token = vi.fn(() => 't');
    const { client, factory, open } = harness({ url, token });
    await open();
    factory.last.drop(1006);
    await vi.advanceTimersByTimeAsync(1000);
    expect(factory.sockets).toHaveLength(2);
    expect(url).toHaveBeenCalledTimes(2);
    expect(token.mock.calls).toEqual([[{ reason: 'connect' }], [{ reason: 'connect' }]]);
    expect(factory.sockets.map((socket) => socket.query.get('client'))).toEqual([
      client.clientId,
      client.clientId,
    ]);
  });

  it('is given up for good where the address is malformed', async () => {
    const { client, errors, settle } = harness({ url: 'no address' });
    const reply = client.request('ping', {}).catch((error: unknown) => error);
    await settle();
    expect(client.status).toMatchObject({ state: 'closed', code: 4900 });
    expect(errors).toMatchObject([{ code: 'network' }]);
    await expect(reply).resolves.toMatchObject({ code: 'closed' });
  });

  it('is tried again when the token cannot be had', async () => {
    const token = vi.fn<() => Promise<string>>().mockRejectedValueOnce(new Error('down'));
    token.mockResolvedValue('t');
    const { client, factory, errors, settle } = harness({ token });
    client.connect();
    await settle();
    expect(client.status).toMatchObject({ state: 'reconnecting', code: 4900, reason: 'down' });
    expect(errors).toMatchObject([{ code: 'network', cause: { message: 'down' } }]);
    await vi.advanceTimersByTimeAsync(250);
    expect(factory.last.protocols).toEqual(['ide-assistant.v1', 'bearer.t']);
  });

  it('is cut off after the connect timeout, the token included', async () => {
    const { client, settle } = harness({
      token: () => new Promise<string>(() => {}),
      connectTimeoutMs: 3000,
    });
    client.connect();
    await settle();
    await vi.advanceTimersByTimeAsync(2999);
    expect(client.status.state).toBe('connecting');
    await vi.advanceTimersByTimeAsync(1);
    expect(client.status).toMatchObject({ state: 'reconnecting', code: 4408 });
  });
});

describe('a token that is refused', () => {
  it('is renewed once, and a second refusal is final', async () => {
    const token = vi.fn(({ reason }: { reason: string }) => `${reason}-token`);
    const { client, factory, settle } = harness({ token });
    client.connect();
    await settle();
    factory.last.drop(4401, 'expired');
    await settle();
    expect(token.mock.calls).toEqual([[{ reason: 'connect' }], [{ reason: 'refused' }]]);
    expect(factory.last.protocols).toEqual(['ide-assistant.v1', 'bearer.refused-token']);
    factory.last.drop(4401, 'expired');
    expect(client.status).toEqual({ state: 'closed', code: 4401, reason: 'expired' });
  });

  it('is not sent a second time', async () => {
    const { client, factory, settle } = harness({ token: () => 'same' });
    client.connect();
    await settle();
    factory.last.drop(4401, 'expired');
    await settle();
    expect(client.status).toEqual({ state: 'closed', code: 4401, reason: 'expired' });
    expect(factory.sockets).toHaveLength(1);
  });

  it('is renewed again after a connection that lasted', async () => {
    let count = 0;
    const { client, factory, settle, open } = harness({ token: () => `t${count++}` });
    await open();
    factory.last.drop(4401);
    await settle();
    factory.last.greet();
    await vi.advanceTimersByTimeAsync(5000);
    factory.last.drop(4401);
    await settle();
    factory.last.greet();
    expect(client.status.state).toBe('connected');
    expect(count).toBe(3);
  });

  it('does not end the client when a cut follows the renewal', async () => {
    const tokens = ['old', 'new', 'new'];
    const { client, factory, settle } = harness({ token: () => tokens.shift() });
    client.connect();
    await settle();
    factory.last.drop(4401);
    await settle();
    factory.last.greet();
    factory.last.drop(1006);
    await vi.advanceTimersByTimeAsync(1000);
    factory.last.greet();
    expect(client.status.state).toBe('connected');
  });
});
