import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  decide,
  joinMine,
  notesPolicy,
  replyTo,
  save,
  told,
  trailOf,
  waiting,
} from '../support/approvals.ts';
import { startKit, stopKit, type StartedKit } from '../support/start-kit.ts';
import { token } from '../support/tokens.ts';

/** Waits for an admin other than its author. */
const pipeline = save('stages: [test]', 'ci', '.gitlab-ci.yml');

async function rest(
  { rest: mount }: StartedKit,
  path: string,
  user: { sub?: string; roles?: readonly string[] } | null,
  body?: unknown,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${mount}${path}`, {
    ...(body === undefined ? {} : { method: 'POST' }),
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    headers: { ...headers, ...(user ? { authorization: `Bearer ${await token(user)}` } : {}) },
  });
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
  };
}

const admin = { sub: 'grace', roles: ['admin'] };
const verdict = ({ approval_id: _id, type: _type, ...fields }: Record<string, unknown>) => fields;

describe('under four eyes', () => {
  test('an admin who is not in the session decides over REST, and the stored bytes run', async () => {
    const started = await startKit();
    const client = await joinMine(started.url, { roles: ['developer', 'admin'] });
    const asked = await waiting(client, pipeline);
    expect(asked).toMatchObject({ four_eyes: true, resource: '.gitlab-ci.yml' });
    expect(asked['grantable']).toBeUndefined();
    expect(await client.ask(decide(asked))).toMatchObject({ code: 'forbidden' });

    const id = String(asked['approval_id']);
    const listed = await rest(started, '/approvals', admin);
    expect(listed).toMatchObject({
      status: 200,
      body: { approvals: [{ approval_id: id, session_id: 'mine', state: 'pending' }] },
    });
    expect(
      await rest(started, `/approvals/${id}`, admin, {
        ...verdict(decide(asked, 'approve', { comment: 'looks right' })),
      }),
    ).toMatchObject({ status: 200, body: { state: 'approved', verified: true } });
    expect(await replyTo(client, 'ci')).toMatchObject({ type: 'file_saved' });
    expect(await told(client, 'executed')).toMatchObject({ by: 'grace', decision: 'approve' });
    const file = join(started.workspaceOf('mine'), '.gitlab-ci.yml');
    expect(await readFile(file, 'utf8')).toBe('stages: [test]');

    const trail = (await trailOf(started)).filter(({ approvalId }) => approvalId === id);
    expect(trail.map(({ phase, outcome }) => `${phase} ${outcome ?? ''}`)).toEqual([
      'approval approved',
      'intent ',
      'approval executed',
    ]);
    expect(trail[0]).toMatchObject({
      actor: { sub: 'grace', kind: 'user', sessionId: 'mine' },
      action: 'ide_file_save',
      inputHash: asked['request_hash'],
      policies: ['ci-config'],
    });
  });

  test('the requester may deny over REST, and nothing happens', async () => {
    const started = await startKit();
    const client = await joinMine(started.url, { roles: ['admin'] });
    const asked = await waiting(client, pipeline);
    const path = `/approvals/${String(asked['approval_id'])}`;
    const ada = { sub: 'ada', roles: ['admin'] };
    expect(await rest(started, path, ada, verdict(decide(asked)))).toMatchObject({
      status: 403,
      body: { error: { code: 'forbidden' } },
    });
    expect(await rest(started, path, ada, verdict(decide(asked, 'deny')))).toMatchObject({
      status: 200,
      body: { state: 'denied' },
    });
    expect(await replyTo(client, 'ci')).toMatchObject({ code: 'approval_denied' });
  });
});

test('REST refuses who may not see an approval, what is no decision, and what comes too late', async () => {
  let now = Date.now();
  const started = await startKit({ policies: notesPolicy, clock: () => now });
  const client = await joinMine(started.url);
  const asked = await waiting(client, save('one'));
  const path = `/approvals/${String(asked['approval_id'])}`;
  const decision = verdict(decide(asked));
  const refused = async (
    ...given: Parameters<typeof rest> extends [unknown, ...infer R] ? R : never
  ) => {
    const { status, body } = await rest(started, ...given);
    const { code } = body['error'] as { code: string };
    return `${status} ${code}`;
  };
  const ada = { sub: 'ada' };
  expect(await refused(path, null, decision)).toBe('401 unauthenticated');
  expect(await refused('/approvals', null)).toBe('401 unauthenticated');
  expect(await refused(path, { sub: 'eve' }, decision)).toBe('404 not_found');
  expect(await refused('/approvals?session=mine', { sub: 'eve' })).toBe('404 not_found');
  expect(await refused('/approvals?session=other', admin)).toBe('404 not_found');
  expect((await rest(started, '/approvals', { sub: 'eve' })).body).toMatchObject({ approvals: [] });
  expect(await refused('/approvals/ap_nothing', ada, decision)).toBe('404 not_found');
  expect(await refused(path, ada)).toBe('405 invalid_message');
  expect(await refused('/approvals', ada, decision)).toBe('405 invalid_message');
  expect(await refused(path, ada, 'not json')).toBe('400 invalid_message');
  expect(await refused(path, ada, [decision])).toBe('400 invalid_message');
  expect(await refused(path, ada, decision, {})).toBe('400 invalid_message');
  expect(await refused(path, ada, { ...decision, approval_id: 'ap_other', more: 1 })).toBe(
    '400 invalid_message',
  );
  expect(await refused(path, ada, { ...decision, comment: 'x'.repeat(65_536) })).toBe(
    '413 too_large',
  );
  expect(await refused('/approvals?state=odd&session=mine', ada)).toBe('400 invalid_message');
  const other = `sha256:${'0'.repeat(64)}`;
  expect(await refused(path, ada, { ...decision, request_hash: other })).toBe('409 conflict');
  expect(await refused(path, { ...ada, roles: [] }, decision)).toBe('403 forbidden');

  const second = await waiting(client, save('two', 'two', 'notes/b.txt'));
  expect((await rest(started, path, ada, decision)).status).toBe(200);
  await told(client, 'executed');
  expect(await refused(path, ada, decision)).toBe('409 conflict');
  expect((await rest(started, '/approvals?session=mine&state=executed', ada)).body).toMatchObject({
    approvals: [{ approval_id: asked['approval_id'], state: 'executed' }],
  });

  now += 61_000;
  const late = `/approvals/${String(second['approval_id'])}`;
  expect(await refused(late, ada, verdict(decide(second)))).toBe('410 approval_expired');
  expect(await replyTo(client, 'two')).toMatchObject({ code: 'approval_expired' });
  await stopKit(started);
  const ends = (await trailOf(started)).filter(({ phase }) => phase === 'approval');
  expect(ends.map(({ outcome }) => outcome)).toEqual(['approved', 'executed', 'expired']);
});

test('whoever decides needs the role at that moment, whatever he had when he was asked', async () => {
  const started = await startKit({ policies: notesPolicy });
  const client = await joinMine(started.url);
  for (const user_id of ['bob', 'eve']) {
    await client.ask({ type: 'member_add', user_id, role: 'editor' });
  }
  const bob = await joinMine(started.url, { sub: 'bob', client: 'k2' });
  const asked = await waiting(bob, save('one'));
  // She may decide on approvals, but not on this one; he no longer may decide on any.
  const eve = await joinMine(started.url, { sub: 'eve', client: 'k3', roles: ['editor'] });
  expect(await eve.ask(decide(asked))).toMatchObject({ code: 'forbidden' });
  const lesser = await joinMine(started.url, { client: 'k4', roles: ['viewer'] });
  expect(await lesser.ask(decide(asked))).toMatchObject({ type: 'blocked' });
  expect(await client.ask(decide(asked))).toMatchObject({ state: 'approved' });
  expect(await replyTo(bob, 'save')).toMatchObject({ type: 'file_saved' });
  await told(client, 'executed');
  expect(await client.ask(decide(asked))).toMatchObject({
    code: 'conflict',
    details: { state: 'executed' },
  });
});

test('of many who decide at once one wins, and it runs once', async () => {
  const started = await startKit({ policies: notesPolicy });
  const client = await joinMine(started.url);
  const asked = await waiting(client, save('one'));
  const others = await Promise.all(
    ['k2', 'k3', 'k4'].map((name) => joinMine(started.url, { client: name })),
  );
  const replies = await Promise.all(others.map((other) => other.ask(decide(asked))));
  expect(replies.map(({ type }) => type).toSorted()).toEqual([
    'approval_resolved',
    'error',
    'error',
  ]);
  expect(await replyTo(client, 'save')).toMatchObject({ type: 'file_saved' });
  await told(client, 'executed');
  const intents = (await trailOf(started)).filter(
    ({ phase, action }) => phase === 'intent' && action === 'ide_file_save',
  );
  expect(intents).toHaveLength(1);
});

test('what the scan finds is asked about together with the rest, on terms that satisfy both', async () => {
  const started = await startKit({
    policies: `${notesPolicy}
      @id("risky-notes") @decision("review") @code("RISK") @reason("The scan found something")
      @approvers("admin") @ttl("60")
      forbid (principal, action == IDE::Action::"ide_file_save", resource)
      when { context has riskScore && context.riskScore > 0 } unless { context.approved };`,
  });
  const client = await joinMine(started.url, { roles: ['developer', 'admin'] });
  const risky = 'import os\nos.system(input())\n';
  const asked = await waiting(client, save(risky, 'save', 'notes/a.py'));
  expect(asked).toMatchObject({ approvers: ['admin'], reasons: expect.any(Array) as unknown });
  expect(asked['reasons']).toHaveLength(2);
  expect(asked['grantable']).toBeUndefined();
  await client.ask(decide(asked));
  expect(await replyTo(client, 'save')).toMatchObject({ type: 'file_saved' });
  await writeFile(join(started.workspaceOf('mine'), 'done'), '');
});
