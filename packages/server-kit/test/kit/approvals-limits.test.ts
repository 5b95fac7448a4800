import { expect, test } from 'vitest';
import { decide, joinMine, notesPolicy, replyTo, save, waiting } from '../support/approvals.ts';
import { connectRaw } from '../support/raw-client.ts';
import { startKit, type StartedKit } from '../support/start-kit.ts';
import { token } from '../support/tokens.ts';

const refused = { code: 'rate_limited', retryable: true };
const note = (id: string) => save('one', id, `notes/${id}.txt`);

async function list({ rest }: StartedKit, query: string, roles: readonly string[]) {
  const headers = { authorization: `Bearer ${await token({ sub: 'root', roles })}` };
  const response = await fetch(`${rest}/approvals${query}`, { headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('a user may let only so many requests wait for a person, and one that ends makes room', async () => {
  const { url } = await startKit({ policies: notesPolicy, limits: { approvalsPerUser: 1 } });
  const client = await joinMine(url);
  const asked = await waiting(client, note('a'));
  expect(await client.ask(note('b'))).toMatchObject(refused);
  await client.ask(decide(asked, 'deny'));
  expect(await replyTo(client, 'a')).toMatchObject({ code: 'approval_denied' });
  expect(await waiting(client, note('b'))).toMatchObject({ resource: 'notes/b.txt' });
});

test('a session may let only so many wait, whoever asks', async () => {
  const { url } = await startKit({ policies: notesPolicy, limits: { approvalsPerSession: 1 } });
  const client = await joinMine(url);
  await client.ask({ type: 'member_add', user_id: 'bob', role: 'editor' });
  const bob = await joinMine(url, { sub: 'bob', client: 'k2' });
  await waiting(bob, note('a'));
  expect(await client.ask(note('b'))).toMatchObject(refused);
});

test('what waits for a person keeps nobody from working', async () => {
  const { url } = await startKit({ policies: notesPolicy, limits: { requestsInFlight: 1 } });
  const client = await joinMine(url);
  const asked = await waiting(client, note('a'));
  expect(await client.ask({ type: 'directory_list' })).toMatchObject({ type: 'directory_tree' });
  expect(await client.ask({ type: 'approval_list' })).toMatchObject({ approvals: [{}] });
  expect(await client.ask(decide(asked))).toMatchObject({ state: 'approved' });
});

test('where no more requests are taken, those are that end one or take its sender out', async () => {
  const started = await startKit({ policies: notesPolicy, limits: { requestsInFlight: 1 } });
  const client = await joinMine(started.url, { roles: ['developer', 'admin'] });
  await client.ask({ type: 'member_add', user_id: 'bob', role: 'editor' });
  const bob = await joinMine(started.url, { sub: 'bob', client: 'k2' });
  const asked = await waiting(bob, note('a'));
  bob.send({
    ...{ type: 'code_execute', request_id: 'long', language: 'python' },
    code: 'print("on", flush=True)\nimport time\ntime.sleep(9)',
  });
  await client.next(({ type }) => type === 'execution_output');
  expect(await client.ask({ type: 'directory_list' })).toMatchObject(refused);
  expect(await client.ask({ type: 'ping' })).toMatchObject({ type: 'pong' });
  expect(await client.ask(decide(asked, 'deny'))).toMatchObject({ state: 'denied' });
  expect(await client.ask({ type: 'cancel', request_id_to_cancel: 'x' })).toMatchObject({
    cancelled: false,
  });
  expect(await client.ask({ type: 'member_remove', user_id: 'bob' })).toMatchObject({
    type: 'member_removed',
  });
}, 30_000);

test('REST lists the sessions that answer, names those that do not, and takes only states that there are', async () => {
  const started = await startKit({
    policies: `${notesPolicy}
      @id("closed") @decision("block") @code("CLOSED") @reason("Closed")
      forbid (principal, action == IDE::Action::"ide_approval_list", resource)
      when { context.sessionId == "mine" };`,
  });
  const client = await joinMine(started.url);
  await waiting(client, note('a'));
  const other = await connectRaw(started.url, {
    token: await token({ sub: 'olga' }),
    query: { session: 'other', client: 'k3' },
  });
  await waiting(other, note('b'));
  expect(await list(started, '', ['admin'])).toMatchObject({
    status: 200,
    body: {
      approvals: [{ session_id: 'other' }],
      skipped: [{ session_id: 'mine', code: 'forbidden' }],
    },
  });
  expect((await list(started, '?session=mine', ['admin'])).status).toBe(403);
  for (const query of [
    '?state=bogus',
    '?state=',
    '?state=toString',
    '?session=other&state=bogus',
  ]) {
    expect(await list(started, query, ['admin'])).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_message' } },
    });
  }
});
