import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AssistantError, Client, StreamPart } from '../../src/index.ts';
import { validate } from '../../src/validate/index.ts';
import { connectTo, statusOf } from '../support/client.ts';
import { TestServer } from '../support/server.ts';

let server: TestServer;
let client: Client;
let errors: AssistantError[];

beforeEach(async () => {
  server = await TestServer.start();
  client = validate(connectTo(server.url));
  errors = [];
  client.on('error', (error) => errors.push(error));
  client.connect();
  await statusOf(client, 'connected');
});

afterEach(async () => {
  client.close();
  await server.stop();
});

describe('an event of a validated client', () => {
  it('reaches its listeners as it came, with fields that we do not know', async () => {
    const event = new Promise((resolve) => client.on('ai_delta', resolve));
    server.session.emit('ai_delta', { message_id: 'm', delta: 'hi', tone: 'kind' });
    await expect(event).resolves.toMatchObject({ delta: 'hi', tone: 'kind', seq: 1 });
    expect(errors).toEqual([]);
  });

  it('reaches those who hear of every event, also when this version does not know it', async () => {
    const event = new Promise((resolve) => client.on('event', resolve));
    server.session.emit('weather', { sun: true });
    await expect(event).resolves.toMatchObject({ type: 'weather', sun: true });
    expect(errors).toEqual([]);
  });

  it('is told of as an error once and reaches nobody, when it is wrong', async () => {
    const heard: string[] = [];
    const listen = () => [
      client.on('ai_delta', ({ delta }) => heard.push(delta)),
      client.on('event', ({ type }) => heard.push(type)),
    ];
    listen();
    listen();
    server.session.emit('ai_delta', { message_id: 'm', delta: 7 });
    server.session.emit('ai_delta', { message_id: 'm', delta: 'right' });
    await vi.waitFor(() => expect(heard).toContain('right'));
    expect(heard.toSorted()).toEqual(['ai_delta', 'ai_delta', 'right', 'right']);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({
      code: 'invalid_message',
      message: 'The message ai_delta is not valid: delta must be string',
      details: { issues: [{ path: 'delta', message: 'must be string' }] },
    });
  });

  it('is told of though nobody listens to it, until one stops to listen to errors', async () => {
    const more: AssistantError[] = [];
    const stop = client.on('error', (error) => more.push(error));
    server.session.emit('ai_typing', { is_typing: 'yes' });
    await vi.waitFor(() => expect(more).toHaveLength(1));
    stop();
    server.session.emit('ai_typing', {});
    await vi.waitFor(() => expect(errors).toHaveLength(2));
    expect(more).toHaveLength(1);
  });

  it('is no longer heard after the undo', async () => {
    const heard: boolean[] = [];
    const stop = client.on('ai_typing', ({ is_typing }) => heard.push(is_typing));
    client.on('ai_typing', ({ is_typing }) => is_typing && stop());
    server.session.emit('ai_typing', { is_typing: true });
    server.session.emit('ai_typing', { is_typing: false });
    const next = new Promise((resolve) => client.on('ai_delta', resolve));
    server.session.emit('ai_delta', { message_id: 'm', delta: 'end' });
    await next;
    expect(heard).toEqual([true]);
  });

  it('leaves the errors, statuses and binary frames of the client as they are', async () => {
    const binary = new Promise((resolve) => client.on('binary', resolve));
    for (const socket of server.sockets) {
      socket.send(new Uint8Array([1, 2]));
      socket.send('{"type":"error","code":"too_large","message":"big"}');
    }
    await expect(binary).resolves.toEqual(new Uint8Array([1, 2]).buffer);
    await vi.waitFor(() => expect(errors).toMatchObject([{ code: 'too_large' }]));
    client.close();
    expect(client.status.state).toBe('closed');
  });
});

describe('a stream of a validated client', () => {
  async function partsOf(stream: AsyncIterable<StreamPart>): Promise<StreamPart[]> {
    const parts: StreamPart[] = [];
    for await (const part of stream) parts.push(part);
    return parts;
  }

  it('yields what is right and ends with the reply', async () => {
    const stream = client.stream('chat', { message: 'one two' });
    const parts = await partsOf(stream);
    const deltas = parts.filter((part) => part.type === 'ai_delta');
    expect(deltas.map(({ delta }) => delta)).toEqual(['one ', 'two ']);
    expect(parts.map(({ type }) => type)).not.toContain('snapshot');
    await expect(stream.result).resolves.toMatchObject({ message: { content: 'one two ' } });
    expect(errors).toEqual([]);
  });

  it('leaves a wrong part out, tells of it, and mends the hole from the reply', async () => {
    server.handlers['chat'] = (_input, { session, requestId }) => {
      session.emit('ai_delta', { message_id: 'm', delta: 'one ' }, requestId);
      session.emit('ai_delta', { delta: 'two' }, requestId);
      const timestamp = new Date().toISOString();
      return {
        ...{ type: 'ai_response', diffs: [], verified: true, verification_id: 'v', timestamp },
        message: { id: 'm', role: 'assistant', content: 'one two', timestamp },
      };
    };
    const parts = await partsOf(client.stream('chat', { message: 'x' }));
    expect(parts).toMatchObject([
      { type: 'ai_delta', delta: 'one ' },
      { type: 'snapshot', text: 'one two' },
    ]);
    expect(errors).toMatchObject([{ details: { issues: [{ path: 'message_id' }] } }]);
  });

  it('ends with the fault of a wrong reply', async () => {
    server.handlers['chat'] = () => ({ type: 'ai_response', message: 'hello', diffs: [] });
    const stream = client.stream('chat', { message: 'x' });
    await expect(partsOf(stream)).rejects.toThrow(/chat.*message must be object/);
    await expect(stream.result).rejects.toMatchObject({ code: 'invalid_message' });
  });

  it('fails at once, unsent, when its fields are wrong', async () => {
    const stream = client.stream('chat', { message: '', context: { files: ['a', ''] } });
    await expect(partsOf(stream)).rejects.toMatchObject({
      code: 'invalid_message',
      details: { issues: [{ path: 'message' }, { path: 'context.files.1' }] },
    });
    await expect(stream.result).rejects.toMatchObject({ code: 'invalid_message' });
    stream.cancel();
    await client.request('ping', {}).catch(() => {});
    expect(server.received.map(({ type }) => type)).toEqual(['ping']);
  });

  it('is cancelled on the server when its loop is left', async () => {
    for await (const part of client.stream('chat', { message: 'a b c d e f' })) {
      if (part.type === 'ai_delta') break;
    }
    await vi.waitFor(() =>
      expect(server.received.map(({ type }) => type)).toEqual(['chat', 'cancel']),
    );
  });
});
