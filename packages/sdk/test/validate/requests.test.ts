import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIde, isAssistantError, type AssistantError, type Client } from '../../src/index.ts';
import { validate } from '../../src/validate/index.ts';
import { connectTo } from '../support/client.ts';
import { TestServer } from '../support/server.ts';

let server: TestServer;
let client: Client;

beforeEach(async () => {
  server = await TestServer.start();
  client = validate(connectTo(server.url));
});

afterEach(async () => {
  client.close();
  await server.stop();
});

async function refusalOf(promise: Promise<unknown>): Promise<AssistantError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isAssistantError(error)) throw new Error('was not refused');
  return error;
}

describe('a request of a validated client', () => {
  it('reaches the server and returns the reply as it came, with fields that we do not know', async () => {
    server.write('a.py', 'x = 1');
    const { file_open: open } = server.handlers;
    server.handlers['file_open'] = async (...rest) => ({
      ...(await open!(...rest)),
      owner: { name: 'ada' },
    });
    const file = await client.request('file_open', { path: 'a.py' });
    expect(file).toMatchObject({ path: 'a.py', content: 'x = 1', owner: { name: 'ada' } });
  });

  it('is refused with each fault of its fields, and nothing is sent', async () => {
    const error = await refusalOf(
      client.request('file_save', { path: '', content: 1 as unknown as string, base_hash: 'abc' }),
    );
    expect(error).toMatchObject({
      code: 'invalid_message',
      retryable: false,
      details: {
        issues: [
          { path: 'path', message: 'must have a length from 1 to 4096' },
          { path: 'content', message: 'must be string' },
          { path: 'base_hash', message: 'is not well formed' },
        ],
      },
    });
    expect(error.message).toContain('file_save');
    expect(error.message).toContain('base_hash');
    expect(client.status).toEqual({ state: 'idle' });
    expect(server.handshakes).toEqual([]);
  });

  it('is refused for a field that its operation does not have', async () => {
    const input = { path: 'a.py', colour: 'red', context: undefined };
    const error = await refusalOf(client.request('file_open', input));
    expect(error.details).toEqual({
      issues: [
        { path: 'colour', message: 'is not known' },
        { path: 'context', message: 'is not known' },
      ],
    });
  });

  it('is refused for an id that is too long', async () => {
    const requestId = 'x'.repeat(65);
    const error = await refusalOf(client.request('ping', {}, { requestId }));
    expect(error.message).toMatch(/ping.*request_id/);
  });

  it.each(['file_fly', 'toString', '__proto__'])(
    'is refused for an operation that is none: %s',
    async (name) => {
      const error = await refusalOf(client.request(name as 'ping', {}));
      expect(error).toMatchObject({ code: 'invalid_message' });
      expect(error.details).toEqual({ issues: [{ path: 'type', message: 'is not known' }] });
    },
  );

  it('keeps the failures of the server as they are', async () => {
    const error = await refusalOf(client.request('file_open', { path: 'none.py' }));
    expect(error).toMatchObject({ code: 'not_found', message: 'No such file' });
  });

  it('is rejected by a reply that lacks something, naming the operation and the fields', async () => {
    server.handlers['file_open'] = () => ({ type: 'file_opened', path: 'a.py', size: '12' });
    const error = await refusalOf(client.request('file_open', { path: 'a.py' }));
    expect(error.code).toBe('invalid_message');
    expect(error.message).toMatch(/file_open.*size.*hash/);
    expect(error.details?.['issues']).toContainEqual({
      ...{ path: 'size', message: 'must be integer' },
    });
  });

  it('is rejected by a reply without its proof', async () => {
    server.handlers['file_delete'] = () => ({ type: 'file_deleted', path: 'a.py' });
    const error = await refusalOf(client.request('file_delete', { path: 'a.py' }));
    expect(error.details?.['issues']).toContainEqual({
      ...{ path: 'verification_id', message: 'is missing' },
    });
  });

  it('names what is wrong deep inside of a reply, and keeps a long list readable', async () => {
    const tree = Array.from({ length: 300 }, (_, index) => ({ name: `${index}`, kind: 'file' }));
    const nested = [{ name: 'src', path: 'src', kind: 'directory', children: tree }];
    server.handlers['directory_list'] = () => ({
      ...{ type: 'directory_tree', tree: nested, file_count: 300, truncated: false },
    });
    const error = await refusalOf(client.request('directory_list', {}));
    expect(error.details?.['issues']).toHaveLength(300);
    expect(error.message).toContain('tree.0.children.7.path is missing; …');
    expect(error.message.length).toBeLessThan(500);
  });

  it('tells of an approval that it waits for, if the notice is as it should be', async () => {
    const pending = { action: 'ide_file_delete', reason: 'policy', audit_id: 'v_1' };
    const expires_at = '2026-11-21T12:00:00.000Z';
    server.handlers['file_delete'] = (_input, { reply, requestId }) => {
      reply({ type: 'pending', request_id: requestId, ...pending, expires_at });
      reply({ type: 'pending', request_id: requestId, ...pending, expires_at, approval_id: 'p_1' });
      return { type: 'error', code: 'approval_denied', message: 'no', retryable: false };
    };
    const errors: AssistantError[] = [];
    const notices: string[] = [];
    client.on('error', (error) => errors.push(error));
    const onPending = ({ approval_id }: { approval_id: string }) => notices.push(approval_id);
    const error = await refusalOf(client.request('file_delete', { path: 'a' }, { onPending }));
    expect(error.code).toBe('approval_denied');
    expect(notices).toEqual(['p_1']);
    expect(errors.map(({ message }) => message)).toEqual([
      'The message pending is not valid: approval_id is missing',
    ]);
  });

  it('carries a whole editor', async () => {
    server.write('a.py', 'x = 1');
    const ide = createIde(client);
    await ide.openFile('a.py');
    ide.setContent('a.py', 'x = 2');
    await ide.saveFile();
    await ide.runCode();
    expect(server.files.get('a.py')?.content).toBe('x = 2');
    expect(ide.state.runs.at(-1)).toMatchObject({ state: 'done' });
  });
});
