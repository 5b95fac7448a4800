import { describe, expect, it, vi } from 'vitest';
import type { Client, ClientOptions } from '../src/index.ts';
import { connectTo, statusOf } from './support/client.ts';
import { CuttingProxy, seededRandom } from './support/proxy.ts';
import type { Message } from './support/session.ts';
import { TestServer, type TestServerOptions } from './support/server.ts';

const requests = 400;
const quiet: Partial<ClientOptions> = {
  timeoutMs: 0,
  backoff: { minMs: 1, maxMs: 10, stableMs: 50 },
};

/** Sends many requests, 30 at a time, and tells what became of them and of the events. */
async function load(client: Client, count = requests) {
  const numbers: number[] = [];
  client.on('event', ({ seq }) => {
    if (seq !== undefined) numbers.push(seq);
  });
  const ids = Array.from({ length: count }, (_, index) => `r${index}`);
  const waiting = [...ids];
  let answered = 0;
  const worker = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const input = { path: `${id}.txt`, content: id.repeat(8) };
      const reply = await client.request('file_save', input, { requestId: id });
      expect(reply.path).toBe(input.path);
      answered++;
    }
  };
  await Promise.all(Array.from({ length: 30 }, worker));
  return { ids, numbers, answered };
}

const doubled = (effects: string[]) => effects.length - new Set(effects).size;
const inOrder = (numbers: number[]) =>
  numbers.every((seq, index) => index === 0 || seq === numbers[index - 1]! + 1);

async function underCuts(seed: number, maxBytes: number, options: TestServerOptions = {}) {
  await using server = await TestServer.start(options);
  const random = seededRandom(seed);
  // From within the handshake to some dozens of frames.
  await using proxy = await CuttingProxy.start(server.port, () => 300 + random() * maxBytes);
  await using client = connectTo(proxy.url, quiet);
  const outcome = await load(client);
  return { ...outcome, cuts: proxy.cuts, effects: server.effects };
}

describe('under connections cut at random bytes', () => {
  it.each([1, 2, 3])('loses and doubles nothing (seed %i)', async (seed) => {
    const { ids, numbers, answered, cuts, effects } = await underCuts(seed, 12_000);
    expect(cuts).toBeGreaterThan(10);
    expect(answered).toBe(requests);
    expect(doubled(effects)).toBe(0);
    expect([...effects].sort()).toEqual([...ids].sort());
    expect(numbers).toHaveLength(requests);
    expect(inOrder(numbers)).toBe(true);
  });

  it('would show a server that does not remember requests', async () => {
    const { answered, effects } = await underCuts(1, 50_000, { dedupe: false });
    expect(answered).toBe(requests);
    expect(doubled(effects)).toBeGreaterThan(0);
  });

  it('gives a stream every word once', async () => {
    await using server = await TestServer.start();
    const random = seededRandom(5);
    await using proxy = await CuttingProxy.start(server.port, () => 1000 + random() * 6000);
    await using client = connectTo(proxy.url, quiet);
    const question = Array.from({ length: 300 }, (_, index) => `w${index}`).join(' ');
    const stream = client.stream('chat', { message: question });
    let text = '';
    for await (const part of stream) {
      if (part.type === 'snapshot') ({ text } = part);
      if (part.type === 'ai_delta') text += part.delta;
    }
    expect(proxy.cuts).toBeGreaterThan(3);
    expect(text).toBe(`${question} `);
    expect((await stream.result).message.content).toBe(text);
    expect(doubled(server.effects)).toBe(0);
  });
});

describe('with frames repeated or missing', () => {
  it('delivers each event once when the server says some twice', async () => {
    const random = seededRandom(9);
    await using server = await TestServer.start({ copies: () => (random() < 0.2 ? 2 : 1) });
    await using client = connectTo(server.url, quiet);
    const { numbers } = await load(client);
    expect(numbers).toHaveLength(requests);
    expect(inOrder(numbers)).toBe(true);
  });

  it('resumes over each gap when some events get lost', async () => {
    const random = seededRandom(11);
    const lossy = (message: Message) =>
      'seq' in message && message.type !== 'connect' && random() < 0.02 ? 0 : 1;
    await using server = await TestServer.start({ copies: lossy });
    await using client = connectTo(server.url, quiet);
    const { numbers } = await load(client);
    server.options.copies = () => 1;
    server.session.emit('ai_typing', { is_typing: false });
    await vi.waitFor(() => expect(numbers).toHaveLength(requests + 1));
    expect(inOrder(numbers)).toBe(true);
    expect(server.handshakes.length).toBeGreaterThan(2);
    expect(doubled(server.effects)).toBe(0);
  });
});

describe('after the server', () => {
  it('went silent without closing, finds out by the heartbeat and goes on', async () => {
    await using server = await TestServer.start({ heartbeatMs: 20 });
    await using client = connectTo(server.url, quiet);
    client.connect();
    await statusOf(client, 'connected');
    server.options.silent = true;
    const reply = client.request('file_create', { path: 'a' });
    const { code } = await statusOf(client, 'reconnecting');
    expect(code).toBe(4408);
    server.options.silent = false;
    server.options.heartbeatMs = 30_000;
    server.cutSockets();
    await expect(reply).resolves.toMatchObject({ path: 'a' });
    expect(server.effects).toHaveLength(1);
  });

  it('forgot its events, a stream gets the text so far and then the rest', async () => {
    await using server = await TestServer.start();
    await using client = connectTo(server.url, quiet);
    let goOn = () => {};
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const chat = server.handlers['chat']!;
    server.handlers['chat'] = async (input, context) => {
      const { session, requestId, outcome } = context;
      outcome.text = 'first half, ';
      session.emit('ai_delta', { message_id: 'm', delta: 'first half, ' }, requestId);
      await held;
      return chat(input, context);
    };
    const stream = client.stream('chat', { message: 'second half' });
    let text = '';
    for await (const part of stream) {
      if (part.type === 'snapshot') {
        expect(part.text).toBe(text);
        ({ text } = part);
        goOn();
      }
      if (part.type !== 'ai_delta') continue;
      text += part.delta;
      if (text !== 'first half, ') continue;
      server.session.truncateLog();
      server.session.epoch = 'e_restarted';
      server.cutSockets();
    }
    expect(text).toBe('first half, second half ');
  });

  it.each([
    [1001, 'connected'],
    [1011, 'connected'],
    [1012, 'connected'],
    [1013, 'connected'],
    [4408, 'connected'],
    [4429, 'connected'],
    [1000, 'closed'],
    [1008, 'closed'],
    [1009, 'closed'],
    [4400, 'closed'],
    [4403, 'closed'],
    [4409, 'closed'],
  ] as const)('closed with %i, is %s', async (code, state) => {
    await using server = await TestServer.start();
    await using client = connectTo(server.url, quiet);
    client.connect();
    await statusOf(client, 'connected');
    const states: string[] = [];
    const over = new Promise<void>((resolve) => {
      client.on('status', (status) => {
        states.push(status.state);
        if (status.state === state) resolve();
      });
    });
    server.closeSockets(code, code === 4429 ? '5' : '');
    await over;
    expect(states.at(-1)).toBe(state);
    expect(server.handshakes).toHaveLength(state === 'connected' ? 2 : 1);
  });

  it('refused the handshake, tells why', async () => {
    await using server = await TestServer.start({
      refuse: () => ({ code: 4403, reason: 'not yours' }),
    });
    await using client = connectTo(server.url, quiet);
    await expect(client.request('ping', {})).rejects.toMatchObject({
      code: 'closed',
      message: 'not yours',
    });
  });

  it('is not there yet, keeps the request until it is', async () => {
    const server = await TestServer.start();
    const { port } = server;
    await server.stop();
    await using client = connectTo(`ws://127.0.0.1:${port}/ide/ws`, quiet);
    const reply = client.request('file_create', { path: 'a' });
    const { code } = await statusOf(client, 'reconnecting');
    expect(code).toBe(1006);
    expect(client.queued).toBe(1);
    await using late = await TestServer.start({}, port);
    await expect(reply).resolves.toMatchObject({ path: 'a' });
    expect(late.effects).toHaveLength(1);
  });
});

describe('cancelling', () => {
  it('ends the run on the server, also when asked for while disconnected', async () => {
    await using server = await TestServer.start();
    await using client = connectTo(server.url, quiet);
    let ended = false;
    server.handlers['code_execute'] = (_input, { outcome }) =>
      new Promise((resolve) => {
        outcome.abort.signal.addEventListener('abort', () => {
          ended = true;
          resolve({ type: 'cancelled' });
        });
      });
    const controller = new AbortController();
    const { signal } = controller;
    const input = { language: 'python', code: 'loop' };
    const reply = client.request('code_execute', input, { signal, requestId: 'r1' });
    await vi.waitFor(() => expect(server.effects).toContain('r1'));
    server.cutSockets();
    await statusOf(client, 'reconnecting');
    controller.abort();
    await expect(reply).rejects.toMatchObject({ code: 'cancelled' });
    await vi.waitFor(() => expect(ended).toBe(true));
    expect(server.received.filter(({ request_id }) => request_id === 'r1')).toHaveLength(1);
  });
});

describe('two ends of one client', () => {
  it('uses Node’s own WebSocket where none is given', async () => {
    await using server = await TestServer.start();
    await using client = connectTo(server.url, { ...quiet, WebSocket: undefined, token: 'a.b.c' });
    await client.request('file_create', { path: 'a' });
    expect(server.handshakes[0]?.protocols).toEqual(['ide-assistant.v1', 'bearer.a.b.c']);
  });
});
