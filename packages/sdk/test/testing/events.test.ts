import { describe, expect, it, vi } from 'vitest';
import type { Client } from '../../src/index.ts';
import { createFakeServer, type FakeServer } from '../../src/testing/index.ts';
import { statusOf } from '../support/client.ts';
import { connectTo } from './connect.ts';

const delta = { message_id: 'm', delta: 'x' };

describe('the events of the fake server', () => {
  type Seen = [type: string, seq: number | undefined][];

  async function connected(server: FakeServer): Promise<{ client: Client; seen: Seen }> {
    const seen: Seen = [];
    const client = connectTo(server);
    client.on('event', ({ type, seq }) => seen.push([type, seq]));
    client.connect();
    await vi.waitFor(() => expect(seen).toEqual([['session_snapshot', undefined]]));
    seen.length = 0;
    return { client, seen };
  }

  it('are numbered, but for those of which only the latest matters', async () => {
    const server = createFakeServer();
    const { seen } = await connected(server);
    server.emit('ai_delta', delta);
    server.emit('phase_frame', { t: 0, coherence: 1, ids: [], phases: [] });
    server.emit('concept_update', { version: 1, nodes: [], links: [], removed: [] });
    server.emit('auth_expiring', { expires_at: '2026-11-21T12:00:00.000Z' });
    server.emit('diff_resolved', { diff_id: 'd', outcome: 'applied' });
    server.emit('disconnect', { code: 1012, reason: 'restart', retry_after_ms: 10 });
    server.emit('approval_resolved', {
      ...{ approval_id: 'p', decision: null, by: null, state: 'expired' },
    });
    await vi.waitFor(() =>
      expect(seen).toEqual([
        ['ai_delta', 1],
        ['phase_frame', undefined],
        ['concept_update', undefined],
        ['auth_expiring', undefined],
        ['diff_resolved', 2],
        ['disconnect', undefined],
        ['approval_resolved', 3],
      ]),
    );
  });

  it('that were missed are replayed after a cut, each once', async () => {
    const server = createFakeServer();
    const { client, seen } = await connected(server);
    server.emit('ai_delta', delta);
    server.cut();
    const { code } = await statusOf(client, 'reconnecting');
    expect(code).toBe(1006);
    server.emit('ai_delta', delta);
    server.emit('ai_delta', delta);
    client.reconnect();
    await vi.waitFor(() => expect(seen.map(([, seq]) => seq)).toEqual([1, 2, 3]));
    expect(client.status).toMatchObject({ connect: { resumed: true, seq: 3 } });
  });

  it('give way to the snapshot after a restart, and count from 1 again', async () => {
    const server = createFakeServer();
    const { client, seen } = await connected(server);
    server.emit('ai_delta', delta);
    server.snapshot.files = [{ path: 'a', hash: 'sha256:0' }];
    const snapshot = new Promise((resolve) => client.on('session_snapshot', resolve));
    server.restart();
    await expect(snapshot).resolves.toMatchObject({ files: [{ path: 'a' }], running: [] });
    expect(client.status).toMatchObject({ connect: { resumed: false, seq: 0 } });
    server.emit('ai_delta', delta);
    await vi.waitFor(() => expect(seen.at(-1)).toEqual(['ai_delta', 1]));
  });

  it('and binary frames reach every client that is connected', async () => {
    const server = createFakeServer();
    const frames: number[][] = [];
    const others = [connectTo(server), connectTo(server)];
    for (const other of others) {
      other.on('binary', (frame) => frames.push([...new Uint8Array(frame)]));
      other.connect();
      await statusOf(other, 'connected');
    }
    server.binary(new Uint8Array([7]).buffer);
    await vi.waitFor(() => expect(frames).toEqual([[7], [7]]));
  });
});
