import { describe, expect, it, vi } from 'vitest';
import type { AssistantError } from '../../src/index.ts';
import { createFakeServer } from '../../src/testing/index.ts';
import { statusOf } from '../support/client.ts';
import { connectTo } from './connect.ts';

const delta = { message_id: 'm', delta: 'x' };

describe('the connections of the fake server', () => {
  it('stay alive: a ping is answered, so that no fake clock ends them', async () => {
    vi.useFakeTimers();
    const server = createFakeServer();
    const client = connectTo(server);
    const errors: AssistantError[] = [];
    client.on('error', (error) => errors.push(error));
    client.connect();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(client.status.state).toBe('connected');
    expect(server.sockets).toHaveLength(1);
    expect(errors).toEqual([]);
    expect(server.received.length).toBeGreaterThan(3);
    expect(new Set(server.received.map(({ type }) => type))).toEqual(new Set(['ping']));
    client.close();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('end with the code and reason of the test, after what was said before', async () => {
    const server = createFakeServer();
    const errors: AssistantError[] = [];
    const client = connectTo(server);
    client.on('error', (error) => errors.push(error));
    client.connect();
    await statusOf(client, 'connected');
    const last = new Promise((resolve) => client.on('ai_delta', resolve));
    server.emit('ai_delta', delta);
    server.close(4409, 'replaced');
    await last;
    await expect(statusOf(client, 'closed')).resolves.toEqual({
      ...{ state: 'closed', code: 4409, reason: 'replaced' },
    });
    expect(errors).toEqual([]);
  });

  it('end without a code of the test as a server that is done', async () => {
    const server = createFakeServer();
    const client = connectTo(server);
    client.connect();
    await statusOf(client, 'connected');
    server.close();
    await expect(statusOf(client, 'closed')).resolves.toMatchObject({ code: 1000, reason: '' });
  });

  it('show that the client has gone', async () => {
    const server = createFakeServer();
    const client = connectTo(server);
    client.connect();
    await statusOf(client, 'connected');
    client.close();
    await vi.waitFor(() => expect(server.sockets[0]?.readyState).toBe(3));
  });
});
