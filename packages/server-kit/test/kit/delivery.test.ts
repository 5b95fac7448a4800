import { join } from 'node:path';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { connectRaw } from '../support/raw-client.ts';
import { startKit, stopKit } from '../support/start-kit.ts';

describe('a request that is sent again', () => {
  test('gets the kept reply and has one effect', async () => {
    const { url } = await startKit();
    const client = await connectRaw(url, { query: { client: 'k1' } });
    const message = { type: 'file_create', request_id: 'same', path: 'a.txt', content: 'x' };
    const first = await client.ask(message);
    const again = await client.ask(message);
    expect(first).toMatchObject({ type: 'file_created' });
    expect(again).toEqual(first);
  });

  test('on a new connection joins the one that still runs', async () => {
    const { url } = await startKit();
    const first = await connectRaw(url, { query: { client: 'k1' } });
    const message = {
      type: 'code_execute',
      request_id: 'run',
      language: 'python',
      code: 'print("on", flush=True)\nimport sys\nsys.stdin.read()\nopen("ran", "a").write("x")',
      stdin: 'go',
    };
    first.send(message);
    await first.next(({ type }) => type === 'execution_start');
    first.terminate();

    const second = await connectRaw(url, {
      query: { client: 'k1', session: first.sessionId },
    });
    expect(await second.ask(message)).toMatchObject({ type: 'execution_result', success: true });
    expect(await second.ask({ type: 'file_open', path: 'ran' })).toMatchObject({ content: 'x' });
  });

  test('after a restart of the server is answered as done', async () => {
    const before = await startKit();
    const client = await connectRaw(before.url, { query: { client: 'k1', session: 'mine' } });
    const message = { type: 'file_create', request_id: 'same', path: 'a.txt', content: 'x' };
    const first = await client.ask(message);
    await stopKit(before);

    const after = await startKit({ dataDirectory: before.directory });
    const again = await connectRaw(after.url, { query: { client: 'k1', session: 'mine' } });
    expect(await again.ask(message)).toEqual(first);
  });
});

/** Leaves the store as a crash between the effect and its outcome would. */
function loseReply(directory: string): void {
  const database = new DatabaseSync(join(directory, 'store', 'store.sqlite'));
  database.exec('UPDATE outcomes SET reply = NULL, finished_at = NULL');
  database.close();
}

describe('a request whose reply was lost in a crash', () => {
  const repeatAfterCrash = async (
    prepare: readonly object[],
    message: { type: string; request_id: string },
  ) => {
    const before = await startKit();
    const client = await connectRaw(before.url, { query: { client: 'k1', session: 'mine' } });
    for (const step of prepare) await client.ask(step);
    await client.ask(message);
    await stopKit(before);
    loseReply(before.directory);
    const after = await startKit({ dataDirectory: before.directory });
    const again = await connectRaw(after.url, { query: { client: 'k1', session: 'mine' } });
    return { reply: await again.ask(message), again };
  };
  const a = { type: 'file_save', path: 'a.txt', content: 'a' };

  test.each([
    [[], { type: 'file_create', request_id: 'x', path: 'b.txt', content: 'b' }, 'file_created'],
    [[], { type: 'file_create', request_id: 'x', path: 'b', kind: 'directory' }, 'file_created'],
    [[a], { type: 'file_delete', request_id: 'x', path: 'a.txt' }, 'file_deleted'],
    [
      [a],
      { type: 'file_rename', request_id: 'x', old_path: 'a.txt', new_path: 'b.txt' },
      'file_renamed',
    ],
    [[a], { type: 'file_save', request_id: 'x', path: 'a.txt', content: 'b' }, 'file_saved'],
  ])('is answered as done when its effect is there: %j %j', async (prepare, message, type) => {
    const { reply } = await repeatAfterCrash(prepare, message);
    expect(reply).toMatchObject({ type, request_id: 'x', verified: true });
  });

  test('is interrupted when it was a run, and does not run again', async () => {
    const code = 'open("ran", "a").write("x")';
    const { reply, again } = await repeatAfterCrash([], {
      type: 'code_execute',
      request_id: 'x',
      ...{ language: 'python', code },
    });
    expect(reply).toMatchObject({ type: 'error', code: 'interrupted', retryable: false });
    expect(await again.ask({ type: 'file_open', path: 'ran' })).toMatchObject({ content: 'x' });
  });
});

describe('a repeat that fails for the moment', () => {
  const message = { type: 'file_save', request_id: 'x', path: 'a.txt', content: 'mine' };

  test('because the store does leaves the kept reply as it is', async () => {
    const { url } = await startKit();
    const client = await connectRaw(url);
    const first = await client.ask(message);

    const lookUp = vi.spyOn(StatementSync.prototype, 'all').mockImplementationOnce(() => {
      throw new Error('EIO');
    });
    onTestFinished(() => lookUp.mockRestore());
    expect(await client.ask(message)).toMatchObject({ type: 'error', code: 'internal' });
    expect((lookUp.mock.contexts[0] as StatementSync).sourceSQL).toContain('from "outcomes"');

    expect(await client.ask(message)).toEqual(first);
  });

  test('is still known to have begun before, and found done', async () => {
    const before = await startKit();
    const client = await connectRaw(before.url, { query: { client: 'k1', session: 'mine' } });
    const { hash } = await client.ask({ ...message, request_id: 'first', content: 'older' });
    const saving = { ...message, base_hash: hash };
    expect(await client.ask(saving)).toMatchObject({ type: 'file_saved' });
    await stopKit(before);
    loseReply(before.directory);

    const short = await startKit({
      dataDirectory: before.directory,
      // More than any disk has: the audit log takes nothing.
      audit: { reserveBytes: Number.MAX_SAFE_INTEGER },
    });
    const early = await connectRaw(short.url, { query: { client: 'k1', session: 'mine' } });
    expect(await early.ask(saving)).toMatchObject({ code: 'audit_unavailable', retryable: true });
    await stopKit(short);

    const after = await startKit({ dataDirectory: before.directory });
    const again = await connectRaw(after.url, { query: { client: 'k1', session: 'mine' } });
    expect(await again.ask(saving)).toMatchObject({ type: 'file_saved' });
  });
});

test('a request that is cancelled while it waits for its turn has no effect', async () => {
  const { url } = await startKit();
  const client = await connectRaw(url);
  const earlier = Array.from({ length: 40 }, () =>
    client.ask({ type: 'file_save', path: 'a', content: 'first' }),
  );
  const second = client.ask({ type: 'file_save', request_id: 'second', path: 'a', content: '2' });
  const cancelled = client.ask({ type: 'cancel', request_id_to_cancel: 'second' });
  expect((await Promise.all(earlier)).map(({ type }) => type)).not.toContain('error');
  expect(await second).toMatchObject({ type: 'cancelled' });
  expect(await cancelled).toMatchObject({ cancelled: true });
  expect(await client.ask({ type: 'file_open', path: 'a' })).toMatchObject({ content: 'first' });
});

test('one client’s requests on one path take effect in the order sent', async () => {
  const { url } = await startKit();
  const client = await connectRaw(url);
  const contents = Array.from({ length: 40 }, (_, index) => `version ${index}`);
  const saves = contents.map((content) =>
    client.ask({ type: 'file_save', path: 'a.txt', content }),
  );
  const opened = client.ask({ type: 'file_open', path: 'a.txt' });
  await Promise.all(saves);
  expect(await opened).toMatchObject({ content: contents.at(-1) });
});

describe('a client that comes back', () => {
  test('gets the events that it missed, in order, once', async () => {
    const { url } = await startKit();
    const one = await connectRaw(url, { query: { session: 'mine' } });
    const leaver = await connectRaw(url, { query: { session: 'mine', client: 'k2' } });
    await one.ask({ type: 'file_save', path: '1.txt', content: '1' });
    await leaver.next(({ type }) => type === 'file_update');
    leaver.terminate();
    await one.ask({ type: 'file_save', path: '2.txt', content: '2' });
    await one.ask({ type: 'file_save', path: '3.txt', content: '3' });

    const epoch = String(leaver.connect['epoch']);
    const back = await connectRaw(url, {
      query: { session: 'mine', client: 'k2', last_seq: '1', epoch },
    });
    expect(back.connect).toMatchObject({ resumed: true, seq: 3, epoch });
    await back.next((message) => message['seq'] === 3);
    const replayed = back.messages.filter((message) => message['seq'] !== undefined);
    expect(replayed.slice(1).map(({ path }) => path)).toEqual(['2.txt', '3.txt']);
  });

  test('to a session that is new has nothing to rebuild, though it chose its name', async () => {
    const { url } = await startKit();
    const client = await connectRaw(url, { query: { session: 'mine' } });
    await client.ask({ type: 'ping' });
    expect(client.messages.map(({ type }) => type)).toEqual(['connect', 'pong']);
  });

  test('gets the text so far of its own run, not of another client’s with the same id', async () => {
    const { url } = await startKit();
    const run = (word: string) => ({
      type: 'code_execute',
      request_id: 'same',
      language: 'python',
      code: `print("${word}", flush=True)\nimport time\ntime.sleep(8)`,
    });
    const one = await connectRaw(url, { query: { session: 'mine', client: 'one' } });
    const two = await connectRaw(url, { query: { session: 'mine', client: 'two' } });
    one.send(run('first'));
    two.send(run('second'));
    for (const word of ['first', 'second']) {
      await one.next(({ output }) => String(output).includes(word));
    }
    const back = await connectRaw(url, { query: { session: 'mine', client: 'one' } });
    const snapshot = await back.next(({ type }) => type === 'session_snapshot');
    const texts = (snapshot['running'] as { text: string }[]).map(({ text }) => text.trim());
    expect(texts.toSorted()).toEqual(['first', 'second']);
  });

  test('of another epoch gets a snapshot', async () => {
    const { url } = await startKit();
    const client = await connectRaw(url, { query: { session: 'mine' } });
    await client.ask({ type: 'chat', message: '/help' });
    const back = await connectRaw(url, {
      query: { session: 'mine', last_seq: '1', epoch: 'e_other' },
    });
    expect(back.connect).toMatchObject({ resumed: false });
    expect(await back.next(({ type }) => type === 'session_snapshot')).toMatchObject({
      messages: [{ role: 'user' }, { role: 'assistant' }],
      approvals: [],
      diffs: [],
      running: [],
    });
  });
});

describe('a request that needs a person', () => {
  const folder = async (url: string) => {
    const client = await connectRaw(url, { query: { session: 'mine', client: 'k1' } });
    await client.ask({ type: 'file_save', path: 'folder/a.txt', content: 'a' });
    client.send({ type: 'file_delete', request_id: 'del', path: 'folder', recursive: true });
    const pending = await client.next(({ type }) => type === 'pending');
    const asked = await client.next(({ type }) => type === 'approval_required');
    return { client, pending, asked };
  };
  const resolve = (asked: Record<string, unknown>, decision: string) => ({
    type: 'approval_resolve',
    approval_id: asked['approval_id'],
    request_hash: asked['request_hash'],
    decision,
  });

  test('waits, and runs as it was stored once it is approved', async () => {
    const { client, pending, asked } = await folder((await startKit()).url);
    expect(pending).toMatchObject({
      request_id: 'del',
      action: 'ide_file_delete',
      approval_id: asked['approval_id'],
      audit_id: expect.any(String) as string,
    });
    expect(await client.ask({ type: 'approval_list' })).toMatchObject({
      approvals: [{ approval_id: asked['approval_id'], state: 'pending', resource: 'folder' }],
    });
    expect(await client.ask(resolve(asked, 'approve'))).toMatchObject({ state: 'approved' });
    expect(
      await client.next((reply) => reply['request_id'] === 'del' && reply.type === 'file_deleted'),
    ).toMatchObject({ path: 'folder', verified: true });
    expect(
      await client.next(
        (event) => event.type === 'approval_resolved' && event['seq'] !== undefined,
      ),
    ).toMatchObject({ state: 'executed', by: 'ada' });
    expect(await client.ask({ type: 'directory_list' })).toMatchObject({ file_count: 0 });
  });

  test('is refused when it is denied, and nothing happens', async () => {
    const { client, asked } = await folder((await startKit()).url);
    await client.ask(resolve(asked, 'deny'));
    expect(
      await client.next((reply) => reply['request_id'] === 'del' && reply.type === 'error'),
    ).toMatchObject({ code: 'approval_denied' });
    expect(await client.ask({ type: 'directory_list' })).toMatchObject({ file_count: 1 });
  });

  test('is not approved by a hash of something else', async () => {
    const { client, asked } = await folder((await startKit()).url);
    const other = { ...asked, request_hash: `sha256:${'0'.repeat(64)}` };
    expect(await client.ask(resolve(other, 'approve'))).toMatchObject({ code: 'conflict' });
    expect(await client.ask({ type: 'directory_list' })).toMatchObject({ file_count: 1 });
  });

  test('still waits after a restart, and its sender is answered when he asks again', async () => {
    const before = await startKit();
    const { asked } = await folder(before.url);
    await stopKit(before);

    const after = await startKit({ dataDirectory: before.directory });
    const client = await connectRaw(after.url, { query: { session: 'mine', client: 'k1' } });
    client.send({ type: 'file_delete', request_id: 'del', path: 'folder', recursive: true });
    await client.next(({ type }) => type === 'pending');
    await client.ask(resolve(asked, 'approve'));
    expect(
      await client.next((reply) => reply['request_id'] === 'del' && reply.type === 'file_deleted'),
    ).toMatchObject({ path: 'folder' });
  });

  test('is withdrawn by cancel', async () => {
    const { client, asked } = await folder((await startKit()).url);
    expect(await client.ask({ type: 'cancel', request_id_to_cancel: 'del' })).toMatchObject({
      cancelled: true,
    });
    expect(await client.ask(resolve(asked, 'approve'))).toMatchObject({ code: 'conflict' });
  });
});

test('a stopping server tells its clients when to come back and closes with 1012', async () => {
  const started = await startKit();
  const client = await connectRaw(started.url);
  await started.kit.close();
  expect(await client.next(({ type }) => type === 'disconnect')).toMatchObject({
    code: 1012,
    retry_after_ms: expect.any(Number) as number,
  });
  expect(await client.closed).toMatchObject({ code: 1012 });
  expect((await fetch(`${started.rest}/healthz`)).status).toBe(503);
});
