import { describe, expect, it, vi } from 'vitest';
import type { AssistantError, Client } from '../../src/index.ts';
import { createFakeServer } from '../../src/testing/index.ts';
import { validate } from '../../src/validate/index.ts';
import { connectTo } from './connect.ts';

const hash = `sha256:${'0'.repeat(64)}`;

/** An application as our users write them: it shows one file, and says when it is out of date. */
function startViewer(client: Client, path: string) {
  const view = { text: '', notice: '' };
  const load = () =>
    client.request('file_open', { path }).then(
      ({ content }) => Object.assign(view, { text: content, notice: '' }),
      ({ message }: AssistantError) => Object.assign(view, { notice: message }),
    );
  client.on('file_update', (update) => {
    if (update.path === path) void load();
  });
  client.on('status', ({ state }) => {
    view.notice = state === 'connected' ? '' : 'Offline';
  });
  void load();
  return view;
}

describe('an application under test', () => {
  function start() {
    let content: string | undefined = 'one';
    const server = createFakeServer({
      replies: {
        file_open({ path }) {
          if (content === undefined) {
            throw Object.assign(new Error('The file is gone'), { code: 'not_found' });
          }
          return {
            ...{ path, content, encoding: 'utf8', size: content.length, hash },
            ...{ language: 'python', modified_at: '2026-11-21T12:00:00.000Z' },
          };
        },
      },
    });
    const errors: AssistantError[] = [];
    const client = validate(connectTo(server));
    client.on('error', (error) => errors.push(error));
    return {
      ...{ server, client, errors },
      view: startViewer(client, 'a.py'),
      write(next: string | undefined) {
        content = next;
        server.emit('file_update', { path: 'a.py', hash: next ? hash : null, origin: 'ben' });
      },
    };
  }

  it('shows the file, and each change of it', async () => {
    const { view, write, errors, server } = start();
    await vi.waitFor(() => expect(view).toEqual({ text: 'one', notice: '' }));
    write('two');
    await vi.waitFor(() => expect(view.text).toBe('two'));
    expect(server.received.map(({ type }) => type)).toEqual(['file_open', 'file_open']);
    expect(errors).toEqual([]);
  });

  it('says what went wrong', async () => {
    const { view, write } = start();
    await vi.waitFor(() => expect(view.text).toBe('one'));
    write(undefined);
    await vi.waitFor(() => expect(view).toEqual({ text: 'one', notice: 'The file is gone' }));
  });

  it('says that it is offline, and catches up', async () => {
    const { view, write, server, client } = start();
    await vi.waitFor(() => expect(view.text).toBe('one'));
    server.cut();
    await vi.waitFor(() => expect(view.notice).toBe('Offline'));
    write('two');
    client.reconnect();
    await vi.waitFor(() => expect(view).toEqual({ text: 'two', notice: '' }));
  });
});
