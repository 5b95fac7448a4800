import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { onPhases } from '../src/index.ts';
import { decodePhaseFrame, encodePhaseFrame } from '../src/protocol/index.ts';
import { harness } from './support/harness.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const frame = { t: 1_234.5, coherence: 0.75, phases: [0, 1.5, -3] };

describe('a phase frame', () => {
  it('is laid out as the wire contract says', () => {
    const bytes = new DataView(encodePhaseFrame(frame));
    expect(bytes.byteLength).toBe(16 + 3 * 4);
    expect([bytes.getUint8(0), bytes.getUint8(1), bytes.getUint16(2, true)]).toEqual([1, 1, 3]);
    expect(bytes.getFloat64(4, true)).toBe(1_234.5);
    expect(bytes.getFloat32(12, true)).toBe(0.75);
    expect([0, 1, 2].map((n) => bytes.getFloat32(16 + 4 * n, true))).toEqual([0, 1.5, -3]);
  });

  it('comes back as it was sent', () => {
    const read = decodePhaseFrame(encodePhaseFrame(frame));
    expect({ ...read, phases: [...(read?.phases ?? [])] }).toEqual(frame);
  });

  it.each([
    ['empty', () => new ArrayBuffer(0)],
    ['cut short', () => encodePhaseFrame(frame).slice(0, 27)],
    ['too long', () => new Uint8Array([...new Uint8Array(encodePhaseFrame(frame)), 0]).buffer],
    ['of another kind', () => new Uint8Array(encodePhaseFrame(frame)).with(0, 2).buffer],
    ['of another version', () => new Uint8Array(encodePhaseFrame(frame)).with(1, 2).buffer],
  ])('that is %s is none', (_what, bytes) => {
    expect(decodePhaseFrame(bytes())).toBeUndefined();
  });
});

describe('listening to phases', () => {
  const listening = async () => {
    const all = harness();
    await all.open();
    const frames: object[] = [];
    const stop = onPhases(all.client, (phases) => frames.push(phases));
    const [subscribe] = all.factory.last.sent;
    return { ...all, frames, stop, subscribe: subscribe! };
  };
  const concepts = (...ids: string[]) => ({
    type: 'concept_update',
    session_id: 's_1',
    timestamp: '2026-11-21T12:00:00.000Z',
    version: 1,
    nodes: ids.map((id) => ({ id, label: id, kind: 'noun', weight: 1 })),
    links: [],
    removed: [],
  });

  it('asks for binary frames and names each phase by its concept', async () => {
    const { factory, frames, stop, subscribe } = await listening();
    expect(subscribe).toMatchObject({ topics: ['concepts', 'phase'], binary: true });
    factory.last.say({ type: 'subscribed', request_id: subscribe['request_id'], topics: [] });
    await stop;
    factory.last.say(concepts('a', 'b', 'c'));
    factory.last.onmessage?.({ data: encodePhaseFrame(frame) });
    expect(frames).toEqual([{ ...frame, ids: ['a', 'b', 'c'] }]);
  });

  it('skips frames of a set of concepts that it has not been told of yet', async () => {
    const { factory, frames } = await listening();
    factory.last.say(concepts('a', 'b'));
    factory.last.onmessage?.({ data: encodePhaseFrame(frame) });
    factory.last.onmessage?.({ data: new ArrayBuffer(3) });
    expect(frames).toEqual([]);
  });

  it('ends when it is told to', async () => {
    const { client, factory, frames, stop, subscribe } = await listening();
    factory.last.say({ type: 'subscribed', request_id: subscribe['request_id'], topics: [] });
    const ended = (await stop)();
    const unsubscribe = factory.last.sent.at(-1)!;
    expect(unsubscribe).toMatchObject({ type: 'unsubscribe', topics: ['concepts', 'phase'] });
    factory.last.say({ type: 'subscribed', request_id: unsubscribe['request_id'], topics: [] });
    await ended;
    factory.last.say(concepts('a', 'b', 'c'));
    factory.last.onmessage?.({ data: encodePhaseFrame(frame) });
    expect(frames).toEqual([]);
    client.close();
  });

  it('rejects when the server refuses', async () => {
    const { factory, stop, subscribe } = await listening();
    const code = stop.catch((error: { code: string }) => error.code);
    const refusal = { code: 'forbidden', message: 'no', retryable: false };
    factory.last.say({ type: 'error', request_id: subscribe['request_id'], ...refusal });
    expect(await code).toBe('forbidden');
  });
});
