import { describe, expect, test } from 'vitest';
import { connectRaw, type RawClient } from '../support/raw-client.ts';
import { startKit } from '../support/start-kit.ts';
import { token } from '../support/tokens.ts';

const save = { type: 'file_save', path: 'a.txt', content: 'a' };

/** A kit whose clock stands until it is put forward. */
async function withClock(options: Parameters<typeof startKit>[0] = {}) {
  const clock = { now: Date.now() };
  return { clock, ...(await startKit({ ...options, clock: () => clock.now })) };
}

describe('a user', () => {
  test('may ask the assistant ten times a minute, and is told when he may again', async () => {
    const { url, clock } = await withClock();
    const client = await connectRaw(url);
    const chat = { type: 'chat', message: '/help' };
    for (let asked = 0; asked < 10; asked += 1) {
      expect(await client.ask(chat)).toMatchObject({ type: 'ai_response' });
    }
    expect(await client.ask(chat)).toMatchObject({
      type: 'error',
      code: 'rate_limited',
      retryable: true,
      retry_after_ms: 6_000,
    });
    // Everything else goes on, and so does everybody else.
    expect(await client.ask(save)).toMatchObject({ type: 'file_saved' });
    const bob = await connectRaw(url, { token: await token({ sub: 'bob' }) });
    expect(await bob.ask(chat)).toMatchObject({ type: 'ai_response' });
    clock.now += 6_000;
    expect(await client.ask(chat)).toMatchObject({ type: 'ai_response' });
  });

  test('may not ask for what is turned off, and is not told to ask again', async () => {
    const { url } = await withClock({ limits: { operationsPerMinute: { chat: 0 } } });
    const client = await connectRaw(url);
    const refused = await client.ask({ type: 'chat', message: '/help' });
    expect(refused).toMatchObject({ type: 'error', code: 'rate_limited', retryable: false });
    expect(refused).not.toHaveProperty('retry_after_ms');
    expect(await client.ask(save)).toMatchObject({ type: 'file_saved' });
  });

  test('pays for what he asks by REST as for what he asks by socket', async () => {
    const { url, rest, clock } = await withClock({
      limits: { messagesPerSecond: 1, messageBurst: 2 },
    });
    const client = await connectRaw(url);
    const { verification_id } = await client.ask(save);
    const get = async () => {
      const headers = { authorization: `Bearer ${await token()}` };
      return fetch(`${rest}/audit/${String(verification_id)}`, { headers });
    };
    expect((await get()).status).toBe(200);
    const refused = await get();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await client.ask(save)).toMatchObject({ code: 'rate_limited' });
    clock.now += 1_000;
    expect((await get()).status).toBe(200);
  });

  test('may not send requests faster than the server takes them, over all his connections', async () => {
    const { url, clock } = await withClock({ limits: { messagesPerSecond: 2, messageBurst: 2 } });
    const [one, two] = [await connectRaw(url), await connectRaw(url)];
    await one.ask(save);
    await two.ask(save);
    expect(await one.ask(save)).toMatchObject({ code: 'rate_limited', retry_after_ms: 500 });
    clock.now += 500;
    expect(await two.ask(save)).toMatchObject({ type: 'file_saved' });
  });

  test('gets the reply to a request that he repeats, however much he has sent', async () => {
    const { url } = await withClock({ limits: { messagesPerSecond: 1, messageBurst: 1 } });
    const client = await connectRaw(url);
    const first = await client.ask({ ...save, request_id: 'once' });
    expect(first).toMatchObject({ type: 'file_saved' });
    expect(await client.ask(save)).toMatchObject({ code: 'rate_limited' });
    expect(await client.ask({ ...save, request_id: 'once' })).toEqual(first);
  });

  test('is asked to leave with 4429 when he floods the server with what it cannot even read', async () => {
    const { url } = await withClock({ limits: { messagesPerSecond: 1, messageBurst: 1 } });
    const client = await connectRaw(url);
    for (let sent = 0; sent < 11; sent += 1) client.send('{');
    expect(await client.closed).toEqual({ code: 4429, reason: '1000' });
  });

  test('may not have more connections than his share, whatever their sessions', async () => {
    const { url } = await withClock({ limits: { connectionsPerUser: 1 } });
    const first = await connectRaw(url);
    await expect(connectRaw(url)).rejects.toThrow('4429 1000');
    await connectRaw(url, { token: await token({ sub: 'bob' }) });
    first.terminate();
    await first.closed;
    await expect.poll(() => connectRaw(url).then(({ connect }) => connect.type)).toBe('connect');
  });
});

describe('an address', () => {
  const from = (address: string) => ({ client: { headers: { 'x-forwarded-for': address } } });

  test('may not have more connections than its share, and one that is gone makes room', async () => {
    const { url } = await withClock({ trustProxy: 1, limits: { connectionsPerAddress: 1 } });
    const first = await connectRaw(url, from('192.0.2.1'));
    const bob = { ...from('192.0.2.1'), token: await token({ sub: 'bob' }) };
    await expect(connectRaw(url, bob)).rejects.toThrow('4429 1000');
    await connectRaw(url, from('192.0.2.2'));
    first.terminate();
    await first.closed;
    await expect
      .poll(() => connectRaw(url, bob).then(({ connect }) => connect.type))
      .toBe('connect');
  });

  test('of the machine itself is not counted, since it is that of a proxy whom nobody has named', async () => {
    const { url } = await withClock({ limits: { connectionsPerAddress: 1 } });
    await connectRaw(url, from('192.0.2.1'));
    const second = await connectRaw(url, from('192.0.2.1'));
    expect(second.connect).toMatchObject({ type: 'connect' });
  });
});

describe('programs', () => {
  const waits = {
    type: 'code_execute',
    language: 'python',
    code: 'import sys; print(sys.stdin.readline())',
  };
  const started = (client: RawClient) => client.next(({ type }) => type === 'execution_start');
  /** One that runs until it is cancelled. */
  const runOn = async (client: RawClient, requestId: string) => {
    client.send({
      ...waits,
      code: 'while True: pass',
      request_id: requestId,
      timeout_ms: 10_000,
    });
    await started(client);
  };

  test('of one user run so many at a time, and the next one when one has ended', async () => {
    const { url } = await startKit({ limits: { executionsPerUser: 1 } });
    const client = await connectRaw(url);
    await runOn(client, 'busy');
    expect(await client.ask(waits)).toMatchObject({
      type: 'error',
      code: 'rate_limited',
      retry_after_ms: 1_000,
    });
    const bob = await connectRaw(url, { token: await token({ sub: 'bob' }) });
    expect(await bob.ask(waits)).toMatchObject({ type: 'execution_result' });
    await client.ask({ type: 'cancel', request_id_to_cancel: 'busy' });
    expect(await client.ask(waits)).toMatchObject({ type: 'execution_result' });
  });

  test('of all users run so many at a time', async () => {
    const { url } = await startKit({ limits: { executions: 1 } });
    const client = await connectRaw(url);
    await runOn(client, 'busy');
    const bob = await connectRaw(url, { token: await token({ sub: 'bob' }) });
    expect(await bob.ask(waits)).toMatchObject({ code: 'rate_limited' });
  });
});

test('a limit that is no number refuses to start', async () => {
  await expect(startKit({ limits: { executions: Number.NaN } })).rejects.toMatchObject({
    code: 'LIMIT_INVALID',
  });
  await expect(startKit({ limits: { operationsPerMinute: { chat: -1 } } })).rejects.toThrow('chat');
});
