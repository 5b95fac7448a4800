import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { decodePhaseFrame } from '@ide-assistant/sdk/protocol';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { connectRaw, openRaw } from '../support/raw-client.ts';
import { startKit, stopKit } from '../support/start-kit.ts';
import { token } from '../support/tokens.ts';

const nodes = ['a', 'b'].map((id) => ({ id, label: id, kind: 'noun', weight: 1 }));
const concepts = { version: 1, nodes, links: [], removed: [] };
const frame = { t: 40, coherence: 0.5, ids: ['a', 'b'], phases: [1, 2] };

describe('a session', () => {
  test('of many connections tells all of them what happens', async () => {
    const { url } = await startKit();
    const one = await connectRaw(url, { query: { session: 'mine' } });
    const two = await connectRaw(url, { query: { session: 'mine' } });
    await one.ask({ type: 'file_save', path: 'a.txt', content: 'a' });
    expect(await two.next(({ type }) => type === 'file_update')).toMatchObject({ path: 'a.txt' });
  });

  test('of a single connection closes the earlier one with 4409 when a later one comes', async () => {
    const { url } = await startKit({ connections: 'single' });
    const one = await connectRaw(url, { query: { session: 'mine' } });
    const other = await connectRaw(url, { query: { session: 'other' } });
    const two = await connectRaw(url, { query: { session: 'mine' } });
    expect(await one.closed).toEqual({ code: 4409, reason: 'replaced' });
    expect(await two.ask({ type: 'ping' })).toMatchObject({ type: 'pong' });
    expect(await other.ask({ type: 'ping' })).toMatchObject({ type: 'pong' });
  });

  test('keeps its events for a time, after which a client rebuilds from a snapshot', async () => {
    let now = Date.now();
    const { url } = await startKit({ clock: () => now, limits: { replayMs: 60_000 } });
    const client = await connectRaw(url, { query: { session: 'mine' } });
    await client.ask({ type: 'file_save', path: '1', content: '' });
    await client.ask({ type: 'file_save', path: '2', content: '' });
    const query = { session: 'mine', last_seq: '1', epoch: String(client.connect['epoch']) };
    now += 59_000;
    expect((await connectRaw(url, { query })).connect).toMatchObject({ resumed: true });
    now += 2_000;
    expect((await connectRaw(url, { query })).connect).toMatchObject({ resumed: false });
  });

  test('whose store was lost says so to a client that was there before, each time it asks', async () => {
    const before = await startKit();
    const client = await connectRaw(before.url, { query: { session: 'mine' } });
    expect(client.connect).not.toHaveProperty('forgotten');
    const query = { session: 'mine', last_seq: '0', epoch: String(client.connect['epoch']) };
    await stopKit(before);

    const restarted = await startKit({ dataDirectory: before.directory });
    const known = await connectRaw(restarted.url, { query });
    expect(known.connect).toMatchObject({ resumed: false });
    expect(known.connect).not.toHaveProperty('forgotten');
    await stopKit(restarted);

    await rm(join(before.directory, 'store'), { recursive: true });
    const { url } = await startKit({ dataDirectory: before.directory });
    expect((await connectRaw(url, { query })).connect).toMatchObject({ forgotten: true });
    expect((await connectRaw(url, { query })).connect).toMatchObject({ forgotten: true });
    const fresh = await connectRaw(url, { query: { session: 'mine' } });
    expect(fresh.connect).not.toHaveProperty('forgotten');
  });
});

test('the server pings as often as it says', async () => {
  const { url } = await startKit({ limits: { heartbeatMs: 40 } });
  const client = await connectRaw(url);
  expect(client.connect['limits']).toMatchObject({ heartbeat_ms: 40 });
  const pings = () => client.messages.filter(({ type }) => type === 'ping').length;
  // Far below the second after which everything else is looked after.
  await vi.waitFor(() => expect(pings()).toBeGreaterThan(3), { timeout: 900 });
});

describe('events of which only the latest matters', () => {
  test('reach those who subscribe, without a number', async () => {
    const { url, kit } = await startKit();
    const client = await connectRaw(url);
    const other = await connectRaw(url, { query: { session: client.sessionId } });
    await client.ask({ type: 'subscribe', topics: ['concepts', 'phase'] });
    expect(kit.publish(client.sessionId, 'concept_update', concepts)).toBe(true);
    expect(kit.publish(client.sessionId, 'phase_frame', frame)).toBe(true);
    kit.publish(client.sessionId, 'session_update', { update_type: 'x', details: {} });
    const update = await client.next(({ type }) => type === 'concept_update');
    expect(update).toMatchObject({ ...concepts, session_id: client.sessionId });
    expect(update).not.toHaveProperty('seq');
    expect(await client.next(({ type }) => type === 'phase_frame')).toMatchObject(frame);
    expect(await other.next(({ type }) => type === 'session_update')).toMatchObject({ seq: 1 });
    expect(other.messages.map(({ type }) => type)).not.toContain('concept_update');
  });

  test('come as binary frames to those who want them so', async () => {
    const { url, kit } = await startKit();
    const socket: WebSocket = openRaw(url, { token: await token(), query: { session: 'mine' } });
    socket.binaryType = 'arraybuffer';
    onTestFinished(() => socket.terminate());
    const frames: ArrayBuffer[] = [];
    const subscribed = new Promise<void>((resolve) => {
      socket.on('message', (data, isBinary) => {
        if (isBinary) frames.push(data as ArrayBuffer);
        else if (Buffer.from(data as ArrayBuffer).includes('"subscribed"')) resolve();
      });
    });
    socket.on('open', () => {
      const message = { type: 'subscribe', topics: ['phase'], binary: true, request_id: '1' };
      socket.send(JSON.stringify(message));
    });
    await subscribed;
    kit.publish('mine', 'phase_frame', frame);
    await vi.waitFor(() => expect(frames).toHaveLength(1));
    const bytes = frames[0] as ArrayBuffer;
    expect(bytes.byteLength).toBe(24);
    expect(decodePhaseFrame(bytes)).toEqual({
      t: 40,
      coherence: 0.5,
      phases: new Float32Array([1, 2]),
    });
  });

  test('of the wrong shape are refused, and a session that nobody has open is told apart', async () => {
    const { url, kit } = await startKit();
    const { sessionId } = await connectRaw(url);
    expect(() => kit.publish(sessionId, 'concept_update', {} as never)).toThrow(/version/);
    expect(kit.publish('nobody', 'phase_frame', frame)).toBe(false);
  });
});

describe('a connection that reads slowly', () => {
  /** A client that shakes hands and then reads nothing until it is told to. */
  const slowReader = async (url: string) => {
    const { hostname, port } = new URL(url);
    const reader = connect(Number(port), hostname);
    onTestFinished(() => void reader.destroy());
    reader.on('error', () => undefined);
    reader.write(
      [
        `GET /ide/ws?session=mine&token=${await token()} HTTP/1.1`,
        ...[`Host: ${hostname}:${port}`, 'Connection: Upgrade', 'Upgrade: websocket'],
        ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', '', ''],
      ].join('\r\n'),
    );
    await new Promise((resolve) => {
      reader.once('data', resolve);
    });
    reader.pause();
    return reader;
  };
  const chunk = 'x'.repeat(65_536);
  const chunks = 200;

  test('is waited for by what streams, and gets all of it in the end', async () => {
    let told = 0;
    const { url } = await startKit({
      limits: { slowBytes: 131_072, slowMs: 600_000, unsentBytes: 100_000_000 },
      assistant: async function* talker() {
        for (told = 0; told < chunks; told += 1) yield { type: 'text', delta: chunk };
      },
    });
    const asker = await connectRaw(url, { query: { session: 'mine' } });
    const reader = await slowReader(url);
    const answer = asker.ask({ type: 'chat', message: 'talk' });
    // It stops by itself: what is on its way is what the kernel's buffers hold and the limit.
    let before = -1;
    await vi.waitFor(
      () => {
        const isStill = told === before && told > 0;
        before = told;
        expect(isStill).toBe(true);
      },
      { interval: 200, timeout: 20_000 },
    );
    expect(told).toBeLessThan(chunks);
    reader.resume();
    expect(await answer).toMatchObject({ type: 'ai_response' });
    expect(told).toBe(chunks);
  });

  test('is closed when it stays slow for too long, and the stream goes on', async () => {
    let now = Date.now();
    const { url } = await startKit({
      clock: () => (now += 100),
      limits: { slowBytes: 131_072, slowMs: 5_000, unsentBytes: 100_000_000 },
      assistant: async function* talker() {
        for (let count = 0; count < chunks; count += 1) yield { type: 'text', delta: chunk };
      },
    });
    const asker = await connectRaw(url, { query: { session: 'mine' } });
    const reader = await slowReader(url);
    const gone = new Promise((resolve) => {
      reader.once('close', resolve);
    });
    expect(await asker.ask({ type: 'chat', message: 'talk' })).toMatchObject({
      type: 'ai_response',
    });
    reader.resume();
    await gone;
  });
});
