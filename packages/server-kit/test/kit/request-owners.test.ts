import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decide, joinMine, notesPolicy, replyTo, save, waiting } from '../support/approvals.ts';
import type { RawClient } from '../support/raw-client.ts';
import { startKit, stopKit, type StartedKit } from '../support/start-kit.ts';
import { token } from '../support/tokens.ts';

/** Ada and another user, under the same client id. */
async function together(
  { url }: Pick<StartedKit, 'url'>,
  role = 'editor',
): Promise<{ ada: RawClient; bob: RawClient }> {
  const ada = await joinMine(url);
  await ada.ask({ type: 'member_add', user_id: 'bob', role });
  return { ada, bob: await joinMine(url, { sub: 'bob' }) };
}

const busy = {
  type: 'code_execute',
  request_id: 'busy',
  ...{ language: 'python', code: 'import sys\nsys.stdin.read()', stdin: 'x' },
};

describe('a request of another user, though he names the same client and request', () => {
  test('is neither answered to him nor by his', async () => {
    const { ada, bob } = await together(await startKit(), 'viewer');
    const listed = { type: 'terminal_command', request_id: 'one', command: 'echo mine' };
    expect(await ada.ask(listed)).toMatchObject({ output: 'mine\n' });
    expect(await bob.ask(listed)).toMatchObject({ type: 'blocked' });
    const saved = { type: 'file_save', request_id: 'two', path: 'a.txt', content: 'a' };
    expect(await bob.ask(saved)).toMatchObject({ type: 'blocked' });
    expect(await ada.ask(saved)).toMatchObject({ type: 'file_saved' });
    expect(await ada.ask(listed)).toMatchObject({ output: 'mine\n' });
  });

  test('is neither joined nor cancelled by him while it runs', async () => {
    const { ada, bob } = await together(await startKit());
    const run = { ...busy, code: 'while True: pass' };
    ada.send(run);
    await ada.next(({ type }) => type === 'execution_start');
    const cancel = { type: 'cancel', request_id_to_cancel: 'busy' };
    expect(await bob.ask(cancel)).toMatchObject({ cancelled: false });
    expect(await bob.ask({ ...busy, code: 'print("his")' })).toMatchObject({ stdout: 'his\n' });
    expect(await ada.ask(cancel)).toMatchObject({ cancelled: true });
    expect(await replyTo(ada, 'busy')).toMatchObject({ type: 'cancelled' });
  });

  test('does not wait for a person in his place, also after a restart', async () => {
    const before = await startKit({ policies: notesPolicy });
    const first = await together(before);
    const hers = await waiting(first.ada, save('hers'));
    first.bob.send(save('his'));
    const his = await first.bob.next(({ requested_by }) => requested_by === 'bob');
    await stopKit(before);

    const after = await startKit({ dataDirectory: before.directory, policies: notesPolicy });
    const bob = await joinMine(after.url, { sub: 'bob' });
    const ada = await joinMine(after.url);
    bob.send(save('his'));
    ada.send(save('hers'));
    const pending = ({ type }: { type: string }) => type === 'pending';
    expect(await bob.next(pending)).toMatchObject({ approval_id: his['approval_id'] });
    expect(await ada.next(pending)).toMatchObject({ approval_id: hers['approval_id'] });
    await ada.ask(decide(his, 'deny'));
    expect(await replyTo(bob, 'save')).toMatchObject({ code: 'approval_denied' });
    await bob.ask(decide(hers));
    expect(await replyTo(ada, 'save')).toMatchObject({ type: 'file_saved' });
    expect(await bob.ask(save('his'))).toMatchObject({ code: 'approval_denied' });
  });

  test('did not take effect for him, when nothing but effects is left after a crash', async () => {
    const before = await startKit();
    const first = await together(before);
    const quarantine = { type: 'auto_quarantine', request_id: 'x', file_path: 'a.txt' };
    await first.ada.ask({ type: 'file_save', path: 'a.txt', content: 'a' });
    expect(await first.ada.ask(quarantine)).toMatchObject({ original_path: 'a.txt' });
    expect(await first.bob.ask(quarantine)).toMatchObject({ code: 'not_found' });
    await stopKit(before);
    const database = new DatabaseSync(join(before.directory, 'store', 'store.sqlite'));
    database.exec('UPDATE outcomes SET reply = NULL, finished_at = NULL');
    database.close();

    const after = await startKit({ dataDirectory: before.directory });
    const bob = await joinMine(after.url, { sub: 'bob' });
    expect(await bob.ask(quarantine)).toMatchObject({ code: 'not_found' });
    const ada = await joinMine(after.url);
    expect(await ada.ask(quarantine)).toMatchObject({ original_path: 'a.txt' });
  });
});

describe('a repeat after the end of its user’s token', () => {
  async function kept() {
    let aheadMs = 0;
    const { url } = await startKit({ clock: () => Date.now() + aheadMs });
    const client = await joinMine(url, { expiresIn: 100 });
    const listed = { type: 'terminal_command', request_id: 'one', command: 'echo kept' };
    const reply = await client.ask(listed);
    client.send({ ...busy, code: 'while True: pass' });
    await client.next(
      ({ request_id, type }) => request_id === 'busy' && type === 'execution_start',
    );
    aheadMs = 100_500;
    return { client, listed, reply };
  }

  test('is refused, and answered as before once it is renewed', async () => {
    const { client, listed, reply } = await kept();
    expect(await client.ask(listed)).toMatchObject({
      code: 'unauthenticated',
      details: { reason: 'token_expired' },
      retryable: true,
    });
    const renewal = { type: 'token_refresh', token: await token({ expiresIn: 900 }) };
    expect(await client.ask(renewal)).toMatchObject({ type: 'token_refreshed' });
    expect(await client.ask(listed)).toEqual(reply);
  });

  test('joins nothing that runs', async () => {
    const { client } = await kept();
    expect(await client.ask(busy)).toMatchObject({ code: 'unauthenticated' });
  });

  test('gets nothing kept by the one operation that is left to it', async () => {
    const { client, listed, reply } = await kept();
    const renewal = { type: 'token_refresh', token: await token({ expiresIn: 900 }) };
    for (const request_id of ['one', 'busy']) {
      expect(await client.ask({ ...renewal, request_id })).toMatchObject({
        code: 'invalid_message',
        details: { issues: [{ path: 'request_id' }] },
      });
    }
    await client.ask(renewal);
    expect(await client.ask(listed)).toEqual(reply);
  });
});
