import { describe, expect, test } from 'vitest';
import type { AssistantContext, AssistantEvent } from '../../src/index.ts';
import {
  decide,
  joinMine,
  notesPolicy,
  replyTo,
  save,
  trailOf,
  waiting,
} from '../support/approvals.ts';
import { startKit, stopKit } from '../support/start-kit.ts';

const forSession = { scope: 'session' };

test('an approval for the session lets the same file be saved unasked, and nothing else', async () => {
  const started = await startKit({ policies: notesPolicy });
  const client = await joinMine(started.url);
  const asked = await waiting(client, save('one'));
  expect(asked).toMatchObject({ grantable: true, grant_covers: 'file save notes/a.txt' });
  const given = await client.ask(decide(asked, 'approve', forSession));
  expect(given).toMatchObject({ state: 'approved', grant_id: expect.any(String) as string });
  expect(await client.next((event) => event['update_type'] === 'grant_added')).toMatchObject({
    details: { grant_id: given['grant_id'], granted_by: 'ada' },
  });
  await replyTo(client, 'save');

  expect(await client.ask(save('two', 'two'))).toMatchObject({ type: 'file_saved' });
  expect(await waiting(client, save('one', 'other', 'notes/b.txt'))).toBeTruthy();
  expect(await client.ask({ type: 'approval_list' })).toMatchObject({
    approvals: [{ resource: 'notes/b.txt' }],
    grants: [{ grant_id: given['grant_id'], covers: 'file save notes/a.txt', assistant: false }],
  });
  const [intent] = (await trailOf(started)).filter(
    ({ phase, approvalId }) => phase === 'intent' && approvalId === given['grant_id'],
  );
  expect(intent).toMatchObject({ action: 'ide_file_save', subject: 'mine:notes/a.txt' });

  expect(await client.ask({ type: 'grant_revoke', grant_id: given['grant_id'] })).toMatchObject({
    type: 'grant_revoked',
    verified: true,
  });
  await client.next((event) => event['update_type'] === 'grant_revoked');
  expect(await waiting(client, save('three', 'three'))).toBeTruthy();
  expect(await client.ask({ type: 'grant_revoke', grant_id: 'gr_nothing' })).toMatchObject({
    code: 'not_found',
  });
  const outcomes = (await trailOf(started)).map(({ outcome }) => outcome);
  expect(outcomes).toContain('approved:session');
  expect(outcomes).toContain('revoked');
});

test('a grant holds after a restart, for eight hours, while its policies can be granted', async () => {
  let now = Date.now();
  const clock = () => now;
  const before = await startKit({ policies: notesPolicy, clock });
  const first = await joinMine(before.url);
  await first.ask(decide(await waiting(first, save('one')), 'approve', forSession));
  await replyTo(first, 'save');
  await stopKit(before);

  const options = { dataDirectory: before.directory, clock };
  const after = await startKit({ ...options, policies: notesPolicy });
  const client = await joinMine(after.url);
  expect(await client.ask(save('two', 'two'))).toMatchObject({ type: 'file_saved' });
  await stopKit(after);

  const strict = await startKit({
    ...options,
    policies: notesPolicy.replace('@grantable("true")', ''),
  });
  expect(await waiting(await joinMine(strict.url), save('three', 'three'))).toBeTruthy();
  await stopKit(strict);

  const last = await startKit({ ...options, policies: notesPolicy });
  now += 8 * 3_600_000;
  const late = await joinMine(last.url, { expiresIn: 9 * 3600 });
  expect(await late.ask({ type: 'approval_list' })).toMatchObject({ grants: [] });
});

describe('an approval for the session is refused', () => {
  test('where the policies do not offer it, for a denial, and under four eyes', async () => {
    const { url } = await startKit({
      policies: notesPolicy.replace('@grantable("true")', ''),
    });
    const client = await joinMine(url);
    const asked = await waiting(client, save('one'));
    expect(await client.ask(decide(asked, 'approve', forSession))).toMatchObject({
      code: 'forbidden',
    });
    expect(await client.ask(decide(asked, 'deny', forSession))).toMatchObject({
      code: 'invalid_message',
    });
    const other = await joinMine(url, { client: 'k2', roles: ['admin'] });
    const ci = await waiting(other, save('x', 'ci', '.gitlab-ci.yml'));
    expect(await other.ask(decide(ci, 'approve', forSession))).toMatchObject({ code: 'forbidden' });
  });
});

/** Asks for each command that it is told, line by line. */
async function* commander(
  { message }: { message: string },
  { callTool }: AssistantContext,
): AsyncGenerator<AssistantEvent> {
  const result = await callTool('terminal_command', { command: message });
  yield { type: 'text', delta: result.ok ? 'done' : result.message };
}

test('a grant to the assistant is for its commands of the same two words, not for the person’s', async () => {
  const started = await startKit({ assistant: commander });
  const client = await joinMine(started.url);
  const chat = (message: string, request_id: string) => ({ type: 'chat', message, request_id });
  const asked = await waiting(client, chat('echo one', 'c1'));
  expect(asked).toMatchObject({ grantable: true, grant_covers: 'echo one … in the workspace' });
  await client.ask(decide(asked, 'approve', forSession));
  await replyTo(client, 'c1');
  expect(await client.ask(chat('echo one more', 'c2'))).toMatchObject({
    message: { content: 'done' },
  });
  // Another program may hide behind the same words.
  const chained = await waiting(client, chat('echo one; rm -rf .', 'c3'));
  expect(chained).toMatchObject({ grant_covers: 'echo one; rm -rf . in the workspace' });
  expect(await client.ask({ type: 'approval_list' })).toMatchObject({
    grants: [{ assistant: true, granted_to: 'ada' }],
  });
});

test('a grant ends when whoever gave it or has it is removed, and does not come back with him', async () => {
  const started = await startKit({ policies: notesPolicy });
  const ada = await joinMine(started.url);
  const add = (user_id: string) => ada.ask({ type: 'member_add', user_id, role: 'editor' });
  await add('bob');
  await add('grace');
  let bob = await joinMine(started.url, { sub: 'bob', client: 'k2' });
  const grace = await joinMine(started.url, { sub: 'grace', client: 'k3' });
  const grantedBy = async (approver: typeof ada, id: string) => {
    const asked = await waiting(bob, save('one', id));
    const { grant_id: grantId } = await approver.ask(decide(asked, 'approve', forSession));
    await replyTo(bob, id);
    return grantId;
  };
  const ended = (grantId: unknown) =>
    ada.next(
      ({ update_type: type, details }) =>
        type === 'grant_revoked' && (details as { grant_id: unknown }).grant_id === grantId,
    );

  const byGrace = await grantedBy(grace, 'first');
  await ada.ask({ type: 'member_remove', user_id: 'grace' });
  await ended(byGrace);

  const byAda = await grantedBy(ada, 'second');
  await started.kit.members.remove('mine', 'bob');
  await ended(byAda);
  await add('bob');
  bob = await joinMine(started.url, { sub: 'bob', client: 'k4' });
  expect(await waiting(bob, save('two', 'third'))).toMatchObject({ requested_by: 'bob' });
  expect(await ada.ask({ type: 'approval_list' })).toMatchObject({ grants: [] });
  const lapsed = (await trailOf(started)).filter(({ outcome }) => outcome?.startsWith('revoked'));
  expect(lapsed.map(({ actor, outcome }) => `${actor.sub} ${outcome}`)).toEqual([
    'bob revoked:member_removed',
    'bob revoked:member_removed',
  ]);
});

test('a grant ends with the membership also in a session that is not in memory', async () => {
  const before = await startKit({ policies: notesPolicy });
  const ada = await joinMine(before.url);
  await ada.ask({ type: 'member_add', user_id: 'bob', role: 'editor' });
  const bob = await joinMine(before.url, { sub: 'bob', client: 'k2' });
  await ada.ask(decide(await waiting(bob, save('one')), 'approve', forSession));
  await replyTo(bob, 'save');
  await stopKit(before);
  const started = await startKit({ policies: notesPolicy, dataDirectory: before.directory });
  await started.kit.members.remove('mine', 'bob');
  await started.kit.members.set('mine', 'bob', 'editor');
  const back = await joinMine(started.url, { sub: 'bob', client: 'k3' });
  expect(await waiting(back, save('two', 'two'))).toMatchObject({ requested_by: 'bob' });
});
