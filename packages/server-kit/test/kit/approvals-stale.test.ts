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

/** What happens between the question and the run, by the reason that the requester is told. */
const changes: Record<
  string,
  { reason: string; change: (started: StartedKit) => Promise<unknown> }
> = {
  'the file was written by somebody else': {
    reason: 'base_changed',
    change: ({ workspaceOf }) => writeFile(join(workspaceOf('mine'), file), 'theirs'),
  },
  'the file is gone': {
    reason: 'base_changed',
    change: ({ workspaceOf }) => rm(join(workspaceOf('mine'), file)),
  },
  'the file became a link': {
    reason: 'path_changed',
    async change({ workspaceOf, directory }) {
      const path = join(workspaceOf('mine'), file);
      await rename(path, join(directory, 'outside'));
      await symlink(join(directory, 'outside'), path);
    },
  },
  'its directory became a link to elsewhere': {
    reason: 'path_changed',
    async change({ workspaceOf, directory }) {
      const outside = join(directory, 'elsewhere');
      await rename(join(workspaceOf('mine'), 'notes'), outside);
      await symlink(outside, join(workspaceOf('mine'), 'notes'));
    },
  },
};

async function asked(options: Partial<ServerKitOptions> = {}) {
  const started = await startKit({ policies: notesPolicy, ...options });
  const client = await joinMine(started.url);
  await mkdir(join(started.workspaceOf('mine'), 'notes'), { recursive: true });
  await writeFile(join(started.workspaceOf('mine'), file), 'first');
  return { started, client, question: await waiting(client, save('mine')) };
}

async function expectStale(started: StartedKit, client: RawClient, reason: string): Promise<void> {
  expect(await replyTo(client, 'save')).toMatchObject({
    code: 'conflict',
    retryable: false,
    details: { stale: true, reason },
  });
  await told(client, 'stale');
  const outcomes = (await trailOf(started)).map(({ phase, outcome }) => `${phase} ${outcome}`);
  expect(outcomes).toContain(`approval stale:${reason}`);
}

test.each(Object.entries(changes))(
  'an approved request is not run when %s, and a new one asks anew',
  async (_title, { reason, change }) => {
    const { started, client, question } = await asked();
    await change(started);
    expect(await client.ask(decide(question))).toMatchObject({ state: 'approved' });
    await expectStale(started, client, reason);
    // Under the same id it stays refused; nothing runs by itself later.
    expect(await client.ask(save('mine'))).toMatchObject({ details: { stale: true } });
    if (reason !== 'base_changed') return;
    expect(await waiting(client, save('mine', 'again'))).toMatchObject({
      type: 'approval_required',
    });
  },
);

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
      `UPDATE approvals SET record = replace(record, '\\"content\\":\\"mine\\"', '\\"content\\":\\"evil\\"')`,
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
