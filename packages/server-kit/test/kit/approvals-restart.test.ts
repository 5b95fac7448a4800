import { expect, test } from 'vitest';
import type { Approvals } from '../../src/governance/index.ts';
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
import type { Message } from '../support/raw-client.ts';
import { startKit, stopKit } from '../support/start-kit.ts';
import { token } from '../support/tokens.ts';

const ada = { kind: 'user' as const, userId: 'ada', roles: ['developer'] };

const resolve = (approvals: Approvals, asked: Message, decision: 'approve' | 'deny') =>
  approvals.resolve(ada, {
    approvalId: String(asked['approval_id']),
    requestHash: String(asked['request_hash']),
    decision,
  });

/** How far a request came before its server ended, and what its sender hears when he asks again. */
const states: Record<
  string,
  { move: (approvals: Approvals, asked: Message, id: string) => Promise<unknown>; reply: object }
> = {
  approved: {
    move: (approvals, asked) => resolve(approvals, asked, 'approve'),
    reply: { type: 'file_saved' },
  },
  denied: {
    move: (approvals, asked) => resolve(approvals, asked, 'deny'),
    reply: { code: 'approval_denied' },
  },
  cancelled: {
    move: (approvals, _asked, id) => approvals.cancel(id),
    reply: { type: 'cancelled' },
  },
};

async function left() {
  const before = await startKit({ policies: notesPolicy });
  const asked = await waiting(await joinMine(before.url), save('one'));
  await stopKit(before);
  return { before, asked, id: String(asked['approval_id']) };
}

test('requests that were approved, denied or cancelled when the server ended are answered by the next one', async () => {
  const before = await startKit({ policies: notesPolicy });
  const first = await joinMine(before.url);
  const requests = Object.keys(states).map((state) => save('one', state, `notes/${state}.txt`));
  const asked: Message[] = [];
  for (const request of requests) asked.push(await waiting(first, request));
  await stopKit(before);
  await withStore(before, async (approvals) => {
    for (const [index, { move }] of Object.values(states).entries()) {
      const question = asked[index] as Message;
      await move(approvals, question, String(question['approval_id']));
    }
  });
  const after = await startKit({ dataDirectory: before.directory, policies: notesPolicy });
  const client = await joinMine(after.url);
  for (const [index, { reply }] of Object.values(states).entries()) {
    expect(await client.ask(requests[index] as object)).toMatchObject(reply);
  }
  await told(client, 'executed');
  expect(client.messages.map(({ type }) => type)).not.toContain('approval_required');
});

test('a request that ran when the server ended is closed as failed, and its repeat asks anew', async () => {
  const { before, asked, id } = await left();
  await withStore(before, async (approvals) => {
    await resolve(approvals, asked, 'approve');
    await approvals.claim(id);
  });
  const after = await startKit({ dataDirectory: before.directory, policies: notesPolicy });
  const client = await joinMine(after.url);
  expect(await client.ask({ type: 'approval_list', state: 'failed' })).toMatchObject({
    approvals: [{ approval_id: id }],
  });
  const anew = await waiting(client, save('one'));
  expect(anew['approval_id']).not.toBe(id);
  // Of another asking, though it is the same request.
  expect(anew['request_hash']).not.toBe(asked['request_hash']);
  const trail = (await trailOf(after)).filter(({ approvalId }) => approvalId === id);
  expect(trail.map(({ outcome }) => outcome)).toEqual(['failed']);
});

test('a request that still waited is approved after the restart while nobody is connected', async () => {
  const { before, asked, id } = await left();
  const after = await startKit({ dataDirectory: before.directory, policies: notesPolicy });
  const { approval_id: _id, type: _type, ...body } = decide(asked) as Record<string, unknown>;
  const response = await fetch(`${after.rest}/approvals/${id}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await token()}`,
    },
  });
  expect(await response.json()).toMatchObject({ state: 'approved' });
  const client = await joinMine(after.url);
  expect(await client.ask(save('one'))).toMatchObject({ type: 'file_saved' });
  expect(await client.ask({ type: 'file_open', path: 'notes/a.txt' })).toMatchObject({
    content: 'one',
  });
});

test('a request that expired while its session was not in memory is answered as expired', async () => {
  const { before, id } = await left();
  let now = Date.now() + 61_000;
  const after = await startKit({
    dataDirectory: before.directory,
    policies: notesPolicy,
    clock: () => now,
  });
  await expect
    .poll(async () => (await trailOf(after)).map(({ outcome }) => outcome), { timeout: 10_000 })
    .toContain('expired');
  now += 1;
  const client = await joinMine(after.url);
  expect(await client.ask(save('one'))).toMatchObject({ code: 'approval_expired' });
  expect(await client.ask({ type: 'approval_list', state: 'expired' })).toMatchObject({
    approvals: [{ approval_id: id }],
  });
});

test('what was executed or stale is answered from what is kept, without a second question', async () => {
  const before = await startKit({ policies: notesPolicy });
  const client = await joinMine(before.url);
  await client.ask(decide(await waiting(client, save('one'))));
  await replyTo(client, 'save');
  await told(client, 'executed');
  const late = await waiting(client, save('two', 'two'));
  // Another approved save changes the file under it.
  const third = await waiting(await joinMine(before.url, { client: 'k2' }), save('three', 'three'));
  await client.ask(decide(third));
  await client.next(
    ({ approval_id, state }) => approval_id === third['approval_id'] && state === 'executed',
  );
  await client.ask(decide(late));
  await told(client, 'stale');
  await stopKit(before);

  const after = await startKit({ dataDirectory: before.directory, policies: notesPolicy });
  const back = await joinMine(after.url);
  expect(await back.ask(save('one'))).toMatchObject({ type: 'file_saved' });
  expect(await back.ask(save('two', 'two'))).toMatchObject({ details: { stale: true } });
  expect(await back.ask({ type: 'file_open', path: 'notes/a.txt' })).toMatchObject({
    content: 'three',
  });
});
