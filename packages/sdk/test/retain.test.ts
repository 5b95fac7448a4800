import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { harness } from './support/harness.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a client that components retain', () => {
  it('opens one socket for a component that is mounted, unmounted and mounted again', async () => {
    const { client, factory, settle } = harness();
    client.retain();
    client.release();
    client.retain();
    await settle();
    factory.last.greet();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(factory.sockets).toHaveLength(1);
    expect(client.status.state).toBe('connected');
  });

  it('closes soon after the last of them has gone', async () => {
    const { client, factory, environment, settle } = harness();
    client.retain();
    client.retain();
    await settle();
    factory.last.greet();
    client.release();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(client.status.state).toBe('connected');
    client.release();
    expect(client.status.state).toBe('connected');
    await vi.advanceTimersByTimeAsync(250);
    expect(client.status).toEqual({ state: 'closed', code: 1000, reason: '' });
    expect(environment.listeners.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('connects again for one that comes later', async () => {
    const { client, factory, settle } = harness();
    client.retain();
    await settle();
    client.release();
    await vi.advanceTimersByTimeAsync(250);
    client.retain();
    await settle();
    expect(factory.sockets).toHaveLength(2);
  });
});

describe('a binary frame', () => {
  it('reaches its listeners as it is, also on the next socket', async () => {
    const { client, factory, open } = harness();
    await open();
    const frames: ArrayBuffer[] = [];
    client.on('binary', (frame) => frames.push(frame));
    expect(factory.last.binaryType).toBe('arraybuffer');
    factory.last.onmessage?.({ data: new Uint8Array([1, 2]).buffer });
    factory.last.drop(1012);
    await vi.advanceTimersByTimeAsync(0);
    factory.last.greet();
    expect(factory.last.binaryType).toBe('arraybuffer');
    factory.last.onmessage?.({ data: new Uint8Array([3]).buffer });
    expect(frames.map((frame) => [...new Uint8Array(frame)])).toEqual([[1, 2], [3]]);
  });
});
