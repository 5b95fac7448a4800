import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import type { ServerKitOptions } from '../../src/index.ts';
import {
  decide,
  joinMine,
  notesPolicy,
  replyTo,
  save,
  told,
  trailOf,
  waiting,
  withStore,
} from '../support/approvals.ts';
import type { RawClient } from '../support/raw-client.ts';
import { startKit, stopKit, type StartedKit } from '../support/start-kit.ts';

const file = 'notes/a.txt';

/** What happens to `notes/<n>/a.txt` between the question and the run, by what the requester is told. */
const changes: Record<string, readonly [string, (directory: string) => Promise<unknown>]> = {
  'the file was written by somebody else': [
    'base_changed',
    (directory) => writeFile(join(directory, 'a.txt'), 'theirs'),
  ],
  'the file is gone': ['base_changed', (directory) => rm(join(directory, 'a.txt'))],
  'the file became a link': [
    'path_changed',
    async (directory) => {
      await rename(join(directory, 'a.txt'), join(directory, '..', 'outside'));
      await symlink(join(directory, '..', 'outside'), join(directory, 'a.txt'));
    },
  ],
  'its directory became a link to elsewhere': [
    'path_changed',
    async (directory) => {
      await rename(directory, `${directory}-elsewhere`);
      await symlink(`${directory}-elsewhere`, directory);
    },
  ],
};

async function asked(options: Partial<ServerKitOptions> = {}) {
  const started = await startKit({ policies: notesPolicy, ...options });
  const client = await joinMine(started.url);
  await mkdir(join(started.workspaceOf('mine'), 'notes'), { recursive: true });
  await writeFile(join(started.workspaceOf('mine'), file), 'first');
  return { started, client, question: await waiting(client, save('mine')) };
}

async function expectStale(
  started: StartedKit,
  client: RawClient,
  reason: string,
  requestId = 'save',
): Promise<void> {
  expect(await replyTo(client, requestId)).toMatchObject({
    code: 'conflict',
    retryable: false,
    details: { stale: true, reason },
  });
  await told(client, 'stale');
  const outcomes = (await trailOf(started)).map(({ phase, outcome }) => `${phase} ${outcome}`);
  expect(outcomes).toContain(`approval stale:${reason}`);
}

test('an approved request is not run where its file has changed, and a new one asks anew', async () => {
  const started = await startKit({ policies: notesPolicy });
  const client = await joinMine(started.url);
  for (const [title, [reason, change]] of Object.entries(changes)) {
    const directory = join(started.workspaceOf('mine'), 'notes', title.replaceAll(' ', '-'));
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, 'a.txt'), 'first');
    const request = save('mine', title, `notes/${title.replaceAll(' ', '-')}/a.txt`);
    const question = await waiting(client, request);
    await change(directory);
    expect(await client.ask(decide(question)), title).toMatchObject({ state: 'approved' });
    await expectStale(started, client, reason, title);
    // Under the same id it stays refused; nothing runs by itself later.
    expect(await client.ask(request), title).toMatchObject({ details: { stale: true } });
    if (reason === 'base_changed') await waiting(client, { ...request, request_id: `${title} 2` });
  }
});

/** A server that starts again, with other options, on what the one before has left. */
async function again(before: StartedKit, options: Partial<ServerKitOptions>) {
  await stopKit(before);
  const started = await startKit({ dataDirectory: before.directory, ...options });
  const client = await joinMine(started.url);
  return { started, client };
}

const stricter = notesPolicy.replace('"developer,admin"', '"admin"');
const blocking = `@id("notes") @decision("block") @code("NOTES") @reason("No notes")
  forbid (principal, action == IDE::Action::"ide_file_save", resource)
  when { context.path like "notes/*" };`;
const unrelated = `@id("tea") @decision("block") @code("TEA") @reason("No tea")
  forbid (principal, action == IDE::Action::"ide_file_save", resource)
  when { context.path == "tea.txt" };`;

test.each([
  ['want another approver', stricter],
  ['want one more review', `${notesPolicy}${notesPolicy.replace('"notes"', '"notes-too"')}`],
  ['forbid it', blocking],
])('an approved request is not run when the policies now %s', async (_title, policies) => {
  const { started: before, question } = await asked();
  const { started, client } = await again(before, { policies });
  client.send(save('mine'));
  expect(await client.ask(decide(question))).toMatchObject({ state: 'approved' });
  await expectStale(started, client, 'policies_changed');
});

test.each([
  ['say more about other things', `${notesPolicy}${unrelated}`],
  ['no longer ask about it', unrelated],
])('an approved request is run when the policies now %s', async (_title, policies) => {
  const { started: before, question } = await asked();
  const { client } = await again(before, { policies });
  client.send(save('mine'));
  expect(await client.ask(decide(question))).toMatchObject({ state: 'approved' });
  expect(await replyTo(client, 'save')).toMatchObject({ type: 'file_saved' });
});

test('an approved request is not run for somebody who has lost his roles', async () => {
  const { started, client, question } = await asked();
  const other = await joinMine(started.url, { client: 'k2', roles: ['viewer'] });
  expect(await client.ask(decide(question))).toMatchObject({ state: 'approved' });
  await expectStale(started, client, 'policies_changed');
  other.terminate();
});

test('an approved request is not run for a member who was taken out meanwhile', async () => {
  const before = await startKit({ policies: notesPolicy });
  const first = await joinMine(before.url);
  await first.ask({ type: 'member_add', user_id: 'bob', role: 'editor' });
  const bob = await joinMine(before.url, { sub: 'bob', client: 'k2' });
  const question = await waiting(bob, save('mine'));
  await stopKit(before);
  const started = await startKit({ dataDirectory: before.directory, policies: notesPolicy });
  await started.kit.members.remove('mine', 'bob');
  const ada = await joinMine(started.url);
  expect(await ada.ask(decide(question))).toMatchObject({ state: 'approved' });
  await told(ada, 'stale');
  const outcomes = (await trailOf(started)).map(({ outcome }) => outcome);
  expect(outcomes).toContain('stale:session_ended');
});

test('a stored request that was edited is neither approved nor run', async () => {
  const { started: before, question } = await asked();
  await stopKit(before);
  const database = new DatabaseSync(join(before.directory, 'store', 'store.sqlite'));
  const edit = () =>
    database.exec(
      `UPDATE approvals SET request = replace(request, '"content":"mine"', '"content":"evil"')`,
    );
  await withStore(before, (approvals) =>
    approvals.resolve(
      { kind: 'user', userId: 'ada', roles: ['developer'] },
      {
        approvalId: String(question['approval_id']),
        requestHash: String(question['request_hash']),
        decision: 'approve',
      },
    ),
  );
  edit();
  database.close();
  const started = await startKit({ dataDirectory: before.directory, policies: notesPolicy });
  const client = await joinMine(started.url);
  expect(await client.ask(save('mine'))).toMatchObject({
    code: 'conflict',
    details: { stale: true, reason: 'request_changed' },
  });
  await told(client, 'stale');
});

test('a program that was approved is not run within other limits', async () => {
  const policies = `@id("runs") @decision("review") @code("RUNS") @reason("Runs wait")
    @approvers("developer") @ttl("60")
    forbid (principal, action == IDE::Action::"ide_terminal_command", resource)
    unless { context.approved };`;
  const before = await startKit({ policies });
  const run = { type: 'terminal_command', request_id: 'save', command: 'echo hi' };
  const question = await waiting(await joinMine(before.url), run);
  const { started, client } = await again(before, { policies, limits: { executionMs: 60_000 } });
  client.send(run);
  expect(await client.ask(decide(question))).toMatchObject({ state: 'approved' });
  await expectStale(started, client, 'limits_changed');
});
