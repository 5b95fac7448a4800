import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test, vi } from 'vitest';
import {
  decide,
  joinMine,
  notesPolicy,
  replyTo,
  save,
  told,
  waiting,
} from '../support/approvals.ts';
import { startKit, type StartedKit } from '../support/start-kit.ts';

const cancel = (id: string, request_id = `cancel-${id}`) => ({
  ...{ type: 'cancel', request_id, request_id_to_cancel: id },
});

/** Makes the kit's store refuse to move an approval; returns what ends that. */
function breakStore({ directory }: StartedKit): () => void {
  const other = new DatabaseSync(join(directory, 'store', 'store.sqlite'));
  other.exec(
    "CREATE TRIGGER broken BEFORE UPDATE ON approvals BEGIN SELECT RAISE(ABORT, 'broken'); END",
  );
  return () => {
    other.exec('DROP TRIGGER broken');
    other.close();
  };
}

/** A logger that shows what was reported as an error. */
function quietLogger() {
  const error = vi.fn<(fields: object, message: string) => void>();
  const nothing = () => undefined;
  return { error, logger: { debug: nothing, info: nothing, warn: nothing, error } };
}

test('a request that is cancelled while it is being put to a person is withdrawn, and never runs', async () => {
  const started = await startKit({ policies: notesPolicy });
  const client = await joinMine(started.url);
  for (let count = 0; count < 8; count += 1) {
    const id = `save-${count}`;
    client.send(save('one', id));
    client.send(cancel(id));
    expect(await replyTo(client, `cancel-${id}`)).toMatchObject({ cancelled: true });
    expect(await replyTo(client, id)).toMatchObject({ type: 'cancelled' });
  }
  expect(await client.ask({ type: 'approval_list' })).toMatchObject({ approvals: [] });
});

test('a chat that is stopped while its command is put to a person ends, and the command never runs', async () => {
  const { url } = await startKit({
    assistant: async function* handy(_turn, { callTool }) {
      const result = await callTool('terminal_command', { command: 'touch ran-after-stop' });
      yield { type: 'text', delta: result.ok ? 'done' : 'not done' };
    },
  });
  const client = await joinMine(url);
  client.send({ type: 'chat', request_id: 'chat', message: 'go' });
  await client.next(({ type }) => type === 'ai_tool');
  client.send(cancel('chat'));
  expect(await replyTo(client, 'cancel-chat')).toMatchObject({ cancelled: true });
  expect(await replyTo(client, 'chat')).toMatchObject({ type: 'cancelled' });
  expect(await client.ask({ type: 'approval_list' })).toMatchObject({ approvals: [] });
});

test('a server that stops while something is put to a person does not wait for him, and the next one does it', async () => {
  const started = await startKit({ policies: notesPolicy });
  const client = await joinMine(started.url);
  client.send(save('one'));
  await started.kit.close({ graceMs: 100 });
  expect(client.messages.filter(({ type }) => type === 'cancelled')).toEqual([]);
  const next = await startKit({ policies: notesPolicy, dataDirectory: started.directory });
  const again = await joinMine(next.url);
  const asked = await waiting(again, save('one'));
  await again.ask(decide(asked));
  expect(await replyTo(again, 'save')).toMatchObject({ type: 'file_saved' });
});

const failed = [expect.anything(), 'A request could not be withdrawn.'];

test('what cannot be withdrawn since the store fails is told, and can be withdrawn later', async () => {
  const { logger, error } = quietLogger();
  const started = await startKit({ policies: notesPolicy, logger });
  const client = await joinMine(started.url);
  const asked = await waiting(client, save('one'));
  const repair = breakStore(started);
  expect(await client.ask(cancel('save', 'first'))).toMatchObject({ code: 'internal' });
  repair();
  expect(error).toHaveBeenCalledWith(...failed);
  expect(await client.ask(cancel('save', 'second'))).toMatchObject({ cancelled: true });
  expect(await replyTo(client, 'save')).toMatchObject({ type: 'cancelled' });
  expect(await client.ask(decide(asked))).toMatchObject({ code: 'conflict' });
});

test('what a removed member has asked for is not run where it could not be withdrawn', async () => {
  const { logger, error } = quietLogger();
  let now = Date.now();
  const started = await startKit({ policies: notesPolicy, logger, clock: () => now });
  const client = await joinMine(started.url, { expiresIn: 3_600 });
  await client.ask({ type: 'member_add', user_id: 'bob', role: 'editor' });
  const bob = await joinMine(started.url, { sub: 'bob', client: 'k2' });
  const asked = await waiting(bob, save('one'));
  const repair = breakStore(started);
  await client.ask({ type: 'member_remove', user_id: 'bob' });
  await vi.waitFor(() => expect(error).toHaveBeenCalledWith(...failed));
  repair();
  expect(await client.ask(decide(asked))).toMatchObject({ state: 'approved' });
  now += 61_000;
  await told(client, 'expired');
  expect(existsSync(join(started.workspaceOf('mine'), 'notes/a.txt'))).toBe(false);
});
