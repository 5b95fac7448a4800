import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createServerKit } from '../../src/index.ts';
import { connectRaw, openRaw } from '../support/raw-client.ts';
import { scriptedDriver } from '../support/scripted-driver.ts';
import { listen, startKit, stopKit, temporaryDirectory } from '../support/start-kit.ts';
import { audience, issuer, secret, token } from '../support/tokens.ts';

test('more connections than the server takes are refused with 503', async () => {
  const { url } = await startKit({ limits: { connections: 1 } });
  await connectRaw(url);
  const socket = openRaw(url, { token: await token() });
  const status = await new Promise((resolve) => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
  });
  expect(status).toBe(503);
});

test('more connections than a session takes are closed with 4429 and told when to come back', async () => {
  const { url } = await startKit({ limits: { connectionsPerSession: 1 } });
  const { sessionId } = await connectRaw(url);
  const socket = openRaw(url, { token: await token(), query: { session: sessionId } });
  const closed = await new Promise((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  expect(closed).toEqual({ code: 4429, reason: '1000' });
});

test('clients that come while the server starts are held to the same limits', async () => {
  const started = Promise.withResolvers<void>();
  const driver = scriptedDriver();
  const kit = createServerKit({
    auth: { secret, issuer, audience },
    dataDirectory: await temporaryDirectory(),
    limits: { connections: 4, connectionsPerSession: 2 },
    sandbox: {
      drivers: [{ ...driver, probe: () => started.promise.then(() => driver.probe()) }],
    },
  });
  const server = createServer(kit.handler);
  kit.attach(server);
  await listen(server);
  onTestFinished(() => stopKit({ kit, server }));
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ide/ws`;
  const ends = [1, 2, 3, 4, 5].map(async () => {
    const socket = openRaw(url, { token: await token(), query: { session: 'mine' } });
    onTestFinished(() => socket.terminate());
    return new Promise<string>((resolve) => {
      socket.on('unexpected-response', (_request, { statusCode }) => {
        // The fifth of them: all others wait now.
        started.resolve();
        resolve(String(statusCode));
      });
      socket.on('message', () => resolve('joined'));
      socket.on('close', (code) => resolve(String(code)));
      socket.on('error', () => undefined);
    });
  });
  expect((await Promise.all(ends)).toSorted()).toEqual(['4429', '4429', '503', 'joined', 'joined']);
});

test('more unanswered requests than a session may have are rate limited', async () => {
  const { url } = await startKit({ limits: { requestsInFlight: 1 } });
  const client = await connectRaw(url);
  client.send({
    type: 'code_execute',
    request_id: 'long',
    language: 'python',
    code: 'print("on", flush=True)\nimport time\ntime.sleep(9)',
  });
  await client.next(({ type }) => type === 'execution_output');
  expect(await client.ask({ type: 'directory_list' })).toMatchObject({
    code: 'rate_limited',
    retryable: true,
    retry_after_ms: expect.any(Number) as number,
  });
});

describe('while the host has not said who somebody is', () => {
  /** A kit whose host never answers, and whose clock can be put forward. */
  async function undecided(options: Parameters<typeof startKit>[0] = {}) {
    let aheadMs = 0;
    const { url } = await startKit({
      authenticate: () => new Promise<null>(() => undefined),
      clock: () => Date.now() + aheadMs,
      ...options,
    });
    const socket = openRaw(url, { token: null });
    const closed = new Promise((resolve) => {
      socket.on('close', resolve);
    });
    await new Promise((resolve) => {
      socket.on('open', resolve);
    });
    const putForward = (ms: number) => {
      aheadMs = ms;
    };
    return { socket, closed, putForward };
  }

  test('no more is kept of what he sends than one message may hold', async () => {
    const { socket, closed } = await undecided({ limits: { messageBytes: 1_000 } });
    socket.send('x'.repeat(600));
    socket.send('x'.repeat(600));
    expect(await closed).toBe(4400);
  });

  test('he is not kept waiting for ever', async () => {
    const { closed, putForward } = await undecided();
    putForward(31_000);
    expect(await closed).toBe(4408);
  });
});

test('frames before the handshake has ended are kept up to a number, then the connection is closed', async () => {
  const entered = Promise.withResolvers<void>();
  const { url } = await startKit({
    authenticate: async () => {
      await entered.promise;
      return { id: 'slow', roles: [] };
    },
  });
  onTestFinished(() => entered.resolve());
  const socket = openRaw(url, { token: null });
  socket.on('open', () => {
    for (let count = 0; count < 70; count += 1) socket.send('{"type":"ping"}');
  });
  const code = await new Promise((resolve) => {
    socket.on('close', resolve);
  });
  expect(code).toBe(4400);
});

test.each([
  ['events', { replayEvents: 2 }],
  ['bytes', { replayBytes: 600 }],
])('a client that missed more %s than are kept rebuilds from a snapshot', async (_of, limits) => {
  const { url } = await startKit({ limits });
  const client = await connectRaw(url, { query: { session: 'mine' } });
  for (const path of ['1', '2', '3', '4', '5', '6']) {
    await client.ask({ type: 'file_save', path, content: path });
  }
  const epoch = String(client.connect['epoch']);
  const late = await connectRaw(url, { query: { session: 'mine', last_seq: '1', epoch } });
  expect(late.connect).toMatchObject({ resumed: false, seq: 6 });
  expect(await late.next(({ type }) => type === 'session_snapshot')).toMatchObject({
    files: expect.arrayContaining([expect.objectContaining({ path: '6' })]) as object[],
  });
});

test('the output of a run is cut at the limit and says so', async () => {
  const { url } = await startKit({ limits: { outputBytes: 100 } });
  const client = await connectRaw(url);
  const result = await client.ask({
    type: 'code_execute',
    language: 'python',
    code: 'print("x" * 500)',
  });
  expect(result).toMatchObject({ truncated: true, exit_code: 0 });
  expect(String(result['stdout'])).toHaveLength(100);
});

test('a listing is cut at the limit and says so', async () => {
  const { url } = await startKit({ limits: { listEntries: 2 } });
  const client = await connectRaw(url);
  for (const path of ['1', '2', '3']) await client.ask({ type: 'file_save', path, content: '' });
  const listed = await client.ask({ type: 'directory_list' });
  expect(listed).toMatchObject({ truncated: true });
  expect(listed['tree']).toHaveLength(2);
});

test('a client that does not read is dropped before it fills the server’s memory', async () => {
  const { url, kit } = await startKit({ limits: { unsentBytes: 200_000, replayBytes: 1_000_000 } });
  const left = Promise.withResolvers<void>();
  kit.on('connection', ({ open }) => {
    if (!open) left.resolve();
  });
  const writer = await connectRaw(url, { query: { session: 'mine' } });
  const { hostname, port } = new URL(url);
  const deaf = connect(Number(port), hostname);
  onTestFinished(() => void deaf.destroy());
  deaf.on('error', () => undefined);
  deaf.write(
    [
      `GET /ide/ws?session=mine&token=${await token()} HTTP/1.1`,
      ...[`Host: ${hostname}:${port}`, 'Connection: Upgrade', 'Upgrade: websocket'],
      ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', '', ''],
    ].join('\r\n'),
  );
  await new Promise((resolve) => {
    deaf.once('data', resolve);
  });
  deaf.pause();
  // The kernel's own buffers hold some megabytes before anything waits in the server.
  const print = 'print("x" * 45_000)';
  let isLeft = false;
  void left.promise.then(() => {
    isLeft = true;
  });
  for (let count = 0; count < 300 && !isLeft; count += 1) {
    await writer.ask({ type: 'code_execute', language: 'python', code: print });
  }
  expect(isLeft).toBe(true);
  expect(await writer.ask({ type: 'ping' })).toMatchObject({ type: 'pong' });
}, 120_000);

test('a session that nobody is connected to is put away, and its files are there when it comes back', async () => {
  const { url, rest } = await startKit({ limits: { sessionIdleMs: 0 } });
  const client = await connectRaw(url, { query: { session: 'mine' } });
  await client.ask({ type: 'file_save', path: 'a.txt', content: 'kept' });
  client.terminate();
  const admin = { authorization: `Bearer ${await token({ sub: 'root', roles: ['admin'] })}` };
  await expect
    .poll(async () => (await fetch(`${rest}/status`, { headers: admin })).json(), {
      timeout: 4_000,
    })
    .toMatchObject({ session_count: 0 });
  const back = await connectRaw(url, { query: { session: 'mine' } });
  expect(await back.ask({ type: 'file_open', path: 'a.txt' })).toMatchObject({ content: 'kept' });
});

test('a list that is longer than any request needs is refused before it is read', async () => {
  const { url } = await startKit();
  const client = await connectRaw(url);
  const topics = Array.from({ length: 1_001 }, () => 'x');
  expect(await client.ask({ type: 'subscribe', topics })).toMatchObject({
    code: 'invalid_message',
    details: { issues: [{ path: 'topics', message: 'expected at most 1000 entries' }] },
  });
  const wrong = await client.ask({ type: 'subscribe', topics: topics.slice(0, 500) });
  expect((wrong['details'] as { issues: unknown[] }).issues).toHaveLength(20);
});
