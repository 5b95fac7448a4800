import { createHash } from 'node:crypto';
import { contract } from '@ide-assistant/sdk/protocol';
import { beforeEach, describe, expect, test } from 'vitest';
import type { RequestError } from '../../src/errors.ts';
import {
  createApprovals,
  type ApprovalEnd,
  type ApprovalRecord,
} from '../../src/governance/index.ts';
import {
  ada,
  createBench,
  deletion,
  details,
  grace,
  review,
  startedAt,
  viewer,
  type Bench,
} from './approval-fixtures.ts';
import { memoryApprovalStore } from './memory-approval-store.ts';

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});

const refusal = (code: string, state?: string) =>
  expect.objectContaining({
    name: 'RequestError',
    code,
    ...(state === undefined ? {} : { details: { state } }),
  });

async function approved(): Promise<ApprovalRecord> {
  return bench.decide(await bench.open());
}

describe('opening', () => {
  test('stores the request as the bytes that its hash is of', async () => {
    const record = await bench.open();
    expect(JSON.parse(record.request)).toEqual({
      v: 1,
      ...deletion,
      nonce: expect.stringMatching(/^[\w-]{22}$/) as string,
    });
    const hash = createHash('sha256').update(record.request).digest('hex');
    expect(record.request_hash).toBe(`sha256:${hash}`);
    await expect(bench.store.get(record.approval_id)).resolves.toEqual(record);
  });

  test('gives what the wire calls an approval, waiting as long as the policies say', async () => {
    const record = await bench.open({ fourEyes: true, ttlMs: 1_000 });
    const [sent] = contract.approval_list.output.parse({ approvals: [record] }).approvals;
    expect(sent).toEqual({
      approval_id: record.approval_id,
      request_hash: record.request_hash,
      action: 'ide_file_delete',
      resource: 'src',
      reasons: review.reasons,
      requested_by: 'ada',
      approvers: review.approvers,
      four_eyes: true,
      expires_at: new Date(startedAt + 1_000).toISOString(),
      preview: 'path: src',
      state: 'pending',
    });
  });

  test('gives each approval an id of its own that cannot be guessed', async () => {
    const ids = await Promise.all(Array.from({ length: 50 }, () => bench.open()));
    expect(new Set(ids.map((record) => record.approval_id)).size).toBe(50);
    expect(ids[0]?.approval_id).toMatch(/^ap_[0-9a-f-]{36}$/);
  });

  test('shows what is invisible in the resource and the preview', async () => {
    const record = await bench.approvals.open(deletion, review, {
      ...details,
      resource: 'safe\u202Etxt.exe',
      preview: 'rm\u00A0-rf\u200B',
    });
    expect(record.resource).toBe('safe⟦U+202E⟧txt.exe');
    expect(record.preview).toBe('rm⟦U+00A0⟧-rf⟦U+200B⟧');
  });

  test('keeps no field that a stored request does not have', async () => {
    const request = { ...deletion, token: 'secret' };
    const record = await bench.approvals.open(request, review, details);
    expect(record.request).not.toContain('secret');
  });
});

describe('deciding', () => {
  test('approves for a person with one of the roles, and keeps who and why', async () => {
    const record = await bench.open();
    bench.pass(1_000);
    const after = await bench.approvals.resolve(grace, {
      approvalId: record.approval_id,
      requestHash: record.request_hash,
      decision: 'approve',
      comment: 'looks right',
    });
    expect(after).toEqual({
      ...record,
      state: 'approved',
      resolvedBy: 'grace',
      resolvedAt: new Date(startedAt + 1_000).toISOString(),
      scope: 'once',
      comment: 'looks right',
      version: 3,
    });
    await expect(bench.store.get(record.approval_id)).resolves.toEqual(after);
  });

  test('denies, and what was denied is never handed out to run', async () => {
    const record = await bench.decide(await bench.open(), 'deny');
    expect(record.state).toBe('denied');
    await expect(bench.approvals.claim(record.approval_id)).resolves.toBeNull();
  });

  test('lets the requester approve his own request where four eyes are not asked for', async () => {
    await expect(bench.decide(await bench.open(), 'approve', ada)).resolves.toMatchObject({
      state: 'approved',
    });
  });

  test('refuses the requester under four eyes, whatever his roles, and takes another', async () => {
    const record = await bench.open({ fourEyes: true });
    const adaAsAdmin = { ...ada, roles: ['developer', 'admin'] };
    await expect(bench.decide(record, 'approve', adaAsAdmin)).rejects.toEqual(refusal('forbidden'));
    await expect(bench.stateOf(record)).resolves.toBe('pending');
    await expect(bench.decide(record, 'approve', grace)).resolves.toMatchObject({
      state: 'approved',
    });
  });

  test('under four eyes, refuses the person for whom the assistant asked', async () => {
    const principal = { ...ada, kind: 'assistant' as const };
    const record = await bench.open({ fourEyes: true }, { principal });
    await expect(bench.decide(record, 'approve', ada)).rejects.toEqual(refusal('forbidden'));
  });

  test('lets the requester say no under four eyes', async () => {
    const record = await bench.open({ fourEyes: true });
    await expect(bench.decide(record, 'deny', ada)).resolves.toMatchObject({ state: 'denied' });
  });

  test('never takes a decision from the assistant, not even for an admin', async () => {
    const record = await bench.open();
    const assistant = { ...grace, kind: 'assistant' as const };
    for (const decision of ['approve', 'deny'] as const) {
      await expect(bench.decide(record, decision, assistant)).rejects.toEqual(refusal('forbidden'));
    }
    await expect(
      bench.approvals.resolve(assistant, {
        approvalId: 'unknown',
        requestHash: record.request_hash,
        decision: 'approve',
      }),
    ).rejects.toEqual(refusal('forbidden'));
    await expect(bench.stateOf(record)).resolves.toBe('pending');
  });

  test('refuses a role that is not among the approvers, and one that only looks alike', async () => {
    const record = await bench.open();
    for (const roles of [[], viewer.roles, ['Admin'], ['admin ']]) {
      const by = { ...viewer, roles };
      await expect(bench.decide(record, 'approve', by)).rejects.toEqual(refusal('forbidden'));
      await expect(bench.decide(record, 'deny', by)).rejects.toEqual(refusal('forbidden'));
    }
    await expect(bench.stateOf(record)).resolves.toBe('pending');
  });

  test('refuses a hash of anything but the stored request', async () => {
    const record = await bench.open();
    const other = await bench.open({}, { input: { path: 'docs', recursive: true } });
    expect(other.request_hash).not.toBe(record.request_hash);
    await expect(
      bench.approvals.resolve(ada, {
        approvalId: record.approval_id,
        requestHash: other.request_hash,
        decision: 'approve',
      }),
    ).rejects.toEqual(refusal('conflict', 'pending'));
    await expect(bench.stateOf(record)).resolves.toBe('pending');
  });

  test('does not find an approval that there is not, or of another session', async () => {
    const record = await bench.open();
    const resolution = { requestHash: record.request_hash, decision: 'approve' } as const;
    await expect(
      bench.approvals.resolve(ada, { ...resolution, approvalId: 'nothing' }),
    ).rejects.toEqual(refusal('not_found'));
    await expect(
      bench.approvals.resolve(ada, {
        ...resolution,
        approvalId: record.approval_id,
        sessionId: 's_2',
      }),
    ).rejects.toEqual(refusal('not_found'));
  });

  test('takes one decision only, and tells the second person the state', async () => {
    const record = await approved();
    await expect(bench.decide(record, 'approve', grace)).rejects.toEqual(
      refusal('conflict', 'approved'),
    );
    await expect(bench.decide(record, 'deny', grace)).rejects.toEqual(
      refusal('conflict', 'approved'),
    );
  });

  test('takes one of two opposite decisions at the same moment', async () => {
    const record = await bench.open();
    const outcomes = await Promise.allSettled([
      bench.decide(record, 'approve', ada),
      bench.decide(record, 'deny', grace),
    ]);
    const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(won).toHaveLength(1);
    const state = won[0]?.value.state;
    expect(lost.map((outcome) => outcome.reason)).toEqual([refusal('conflict', state)]);
    await expect(bench.stateOf(record)).resolves.toBe(state);
  });

  test('is too late from the instant that it expires, also before anybody has swept', async () => {
    const record = await bench.open({ ttlMs: 1_000 });
    bench.pass(1_000);
    await expect(bench.decide(record)).rejects.toEqual(refusal('approval_expired', 'expired'));
    await bench.approvals.expire();
    await expect(bench.decide(record)).rejects.toEqual(refusal('approval_expired', 'expired'));
    await expect(bench.decide(record, 'deny')).rejects.toEqual(
      refusal('approval_expired', 'expired'),
    );
  });

  test('is in time up to the last millisecond', async () => {
    const record = await bench.open({ ttlMs: 1_000 });
    bench.pass(999);
    await expect(bench.decide(record)).resolves.toMatchObject({ state: 'approved' });
  });
});

describe('running', () => {
  test('hands an approved request to exactly one of 20 who ask at once', async () => {
    const record = await approved();
    const claims = await Promise.all(
      Array.from({ length: 20 }, () => bench.approvals.claim(record.approval_id)),
    );
    expect(claims.filter((claim) => claim !== null)).toEqual([deletion]);
    await expect(bench.approvals.claim(record.approval_id)).resolves.toBeNull();
  });

  test('hands out nothing that is pending or unknown', async () => {
    const record = await bench.open();
    await expect(bench.approvals.claim(record.approval_id)).resolves.toBeNull();
    await expect(bench.approvals.claim('nothing')).resolves.toBeNull();
  });

  test('hands out nothing from the instant that the approval is too old', async () => {
    const early = await approved();
    bench.pass(59_999);
    await expect(bench.approvals.claim(early.approval_id)).resolves.toEqual(deletion);
    const late = await approved();
    bench.pass(60_000);
    await expect(bench.approvals.claim(late.approval_id)).resolves.toBeNull();
  });

  test('closes a request as stale whose bytes were changed after it was approved', async () => {
    const record = await approved();
    await bench.store.transition(record.approval_id, record.version, {
      request: record.request.replace('"src"', '"etc"'),
    } as Partial<ApprovalRecord>);
    await expect(bench.approvals.claim(record.approval_id)).rejects.toMatchObject({
      code: 'conflict',
      details: { stale: true, reason: 'request_changed', state: 'stale' },
    });
    await expect(bench.stateOf(record)).resolves.toBe('stale');
    await expect(bench.approvals.claim(record.approval_id)).resolves.toBeNull();
  });

  test.each<ApprovalEnd>([
    { state: 'executed' },
    { state: 'failed' },
    { state: 'stale', staleReason: 'base_changed' },
  ])('ends a run as $state, once', async (end) => {
    const { state } = end;
    const record = await approved();
    await bench.approvals.claim(record.approval_id);
    await bench.approvals.finish(record.approval_id, end);
    await expect(bench.stateOf(record)).resolves.toBe(state);
    await expect(bench.approvals.finish(record.approval_id, { state: 'executed' })).rejects.toEqual(
      refusal('conflict', state),
    );
    await expect(bench.approvals.claim(record.approval_id)).resolves.toBeNull();
    await expect(bench.decide(record)).rejects.toEqual(refusal('conflict', state));
  });

  test('does not end what is not running', async () => {
    const record = await bench.open();
    const finish = () => bench.approvals.finish(record.approval_id, { state: 'executed' });
    await expect(finish()).rejects.toEqual(refusal('conflict', 'pending'));
    await bench.decide(record);
    await expect(finish()).rejects.toEqual(refusal('conflict', 'approved'));
    await expect(bench.approvals.finish('nothing', { state: 'executed' })).rejects.toEqual(
      refusal('not_found'),
    );
  });
});

describe('withdrawing', () => {
  test('cancels what waits, and nobody can approve it any more', async () => {
    const record = await bench.open();
    await expect(bench.approvals.cancel(record.approval_id)).resolves.toBe(true);
    await expect(bench.decide(record)).rejects.toEqual(refusal('conflict', 'cancelled'));
  });

  test('cancels what was approved and has not begun', async () => {
    const record = await approved();
    await expect(bench.approvals.cancel(record.approval_id)).resolves.toBe(true);
    await expect(bench.approvals.claim(record.approval_id)).resolves.toBeNull();
  });

  test('does not cancel what runs, what has ended, or what there is not', async () => {
    const record = await approved();
    await bench.approvals.claim(record.approval_id);
    await expect(bench.approvals.cancel(record.approval_id)).resolves.toBe(false);
    await bench.approvals.finish(record.approval_id, { state: 'executed' });
    await expect(bench.approvals.cancel(record.approval_id)).resolves.toBe(false);
    await expect(bench.approvals.cancel('nothing')).resolves.toBe(false);
    await expect(bench.stateOf(record)).resolves.toBe('executed');
  });

  test('of all that somebody asked for takes what waits or has not begun, and tells of each once', async () => {
    const [waits, allowed, runs] = [await bench.open(), await approved(), await approved()];
    await bench.approvals.claim(runs.approval_id);
    const cancelOf = (userId: string) =>
      bench.approvals.cancelWhere((requester) => requester.userId === userId);
    await expect(cancelOf('nobody')).resolves.toEqual([]);
    const cancelled = await cancelOf(waits.requested_by);
    expect(cancelled.map((record) => [record.approval_id, record.state])).toEqual([
      [waits.approval_id, 'cancelled'],
      [allowed.approval_id, 'cancelled'],
    ]);
    await expect(cancelOf(waits.requested_by)).resolves.toEqual([]);
    await expect(bench.stateOf(runs)).resolves.toBe('approved');
  });

  test('either runs or cancels when both come at once, never both', async () => {
    const record = await approved();
    const [claimed, cancelled] = await Promise.all([
      bench.approvals.claim(record.approval_id),
      bench.approvals.cancel(record.approval_id),
    ]);
    expect(cancelled).toBe(claimed === null);
  });
});

describe('expiring', () => {
  test('ends what nobody decided on, at its own time, and tells of each once', async () => {
    const short = await bench.open({ ttlMs: 1_000 });
    const long = await bench.open({ ttlMs: 2_000 });
    bench.pass(999);
    await expect(bench.approvals.expire()).resolves.toEqual([]);
    bench.pass(1);
    await expect(bench.approvals.expire()).resolves.toEqual([
      { ...short, state: 'expired', version: 2 },
    ]);
    await expect(bench.approvals.expire()).resolves.toEqual([]);
    await expect(bench.stateOf(long)).resolves.toBe('pending');
  });

  test('tells one of several sweeps at once', async () => {
    await bench.open();
    bench.pass(300_000);
    const sweeps = await Promise.all([1, 2, 3].map(() => bench.approvals.expire()));
    expect(sweeps.flat()).toHaveLength(1);
  });

  test('ends an approval whose run has not begun within a minute', async () => {
    const record = await approved();
    bench.pass(59_999);
    await expect(bench.approvals.expire()).resolves.toEqual([]);
    bench.pass(1);
    const [expired] = await bench.approvals.expire();
    expect(expired).toMatchObject({ approval_id: record.approval_id, state: 'expired' });
    await expect(bench.decide(record)).rejects.toEqual(refusal('approval_expired', 'expired'));
  });

  test('counts that minute from the approval, not from the question', async () => {
    const record = await bench.open();
    bench.pass(200_000);
    await bench.decide(record);
    await expect(bench.approvals.expire()).resolves.toEqual([]);
    await expect(bench.approvals.claim(record.approval_id)).resolves.toEqual(deletion);
  });

  test('leaves what runs alone, however long it takes', async () => {
    const record = await approved();
    await bench.approvals.claim(record.approval_id);
    bench.pass(3_600_000);
    await expect(bench.approvals.expire()).resolves.toEqual([]);
    await expect(bench.stateOf(record)).resolves.toBe('approved');
  });
});

describe('after a crash', () => {
  test('closes what was running as failed, and runs nothing again', async () => {
    const store = memoryApprovalStore();
    const before = createApprovals({ store });
    const open = () => before.open(deletion, review, details);
    const [running, waiting, ready] = await Promise.all([open(), open(), open()]);
    for (const { approval_id: approvalId, request_hash: requestHash } of [running, ready]) {
      await before.resolve(ada, { approvalId, requestHash, decision: 'approve' });
    }
    await before.claim(running.approval_id);

    const after = createApprovals({ store });
    const [recovered, ...others] = await after.recover();
    expect(recovered).toMatchObject({ approval_id: running.approval_id, state: 'failed' });
    expect(others).toEqual([]);
    await expect(after.claim(running.approval_id)).resolves.toBeNull();
    await expect(after.recover()).resolves.toEqual([]);

    const states = new Map(
      (await after.list('s_1')).map((record) => [record.approval_id, record.state]),
    );
    expect(states.get(waiting.approval_id)).toBe('pending');
    await expect(after.claim(ready.approval_id)).resolves.toEqual(deletion);
  });

  test('recovers one session where the store is shared', async () => {
    const mine = await bench.decide(await bench.open());
    const other = await bench.decide(await bench.open({}, { sessionId: 's_2' }));
    await bench.approvals.claim(mine.approval_id);
    await bench.approvals.claim(other.approval_id);
    const recovered = await bench.approvals.recover({ sessionId: 's_2' });
    expect(recovered.map((record) => record.approval_id)).toEqual([other.approval_id]);
    await expect(
      bench.approvals.finish(mine.approval_id, { state: 'executed' }),
    ).resolves.toBeUndefined();
  });
});

test('lists the approvals of one session, oldest first', async () => {
  const first = await bench.open();
  bench.pass(1);
  await bench.open({}, { sessionId: 's_2' });
  bench.pass(1);
  const third = await bench.open();
  const listed = await bench.approvals.list('s_1');
  expect(listed.map(({ approval_id: id }) => id)).toEqual([first.approval_id, third.approval_id]);
  expect(listed[0]).not.toHaveProperty('request');
});

test('a list shows whole previews, oldest first, as many as fit, and says what it leaves out', async () => {
  const preview = 'x'.repeat(400_000);
  for (let count = 0; count < 4; count += 1) {
    await bench.approvals.open(deletion, review, { ...details, preview });
    bench.pass(1);
  }
  const listed = await bench.approvals.list('s_1', 'pending');
  expect(listed.map((one) => one.preview === preview)).toEqual([true, true, false, false]);
  expect(listed[3]?.preview).toContain('not shown');
  expect(await bench.approvals.list('s_1', 'denied')).toEqual([]);
});

describe('how many may wait for a person', () => {
  const opened = async (requests: readonly Promise<unknown>[]) =>
    (await Promise.allSettled(requests)).map((one) =>
      one.status === 'fulfilled' ? 'waits' : (one.reason as RequestError).code,
    );

  test('is counted by user over all sessions, also where many are asked at once', async () => {
    const { open, decide } = createBench({ maxPerUser: 2 });
    const first = open();
    const sessions = ['s_2', 's_3', 's_4'].map((sessionId) => open({}, { sessionId }));
    expect(await opened([first, ...sessions])).toEqual([
      'waits',
      'waits',
      'rate_limited',
      'rate_limited',
    ]);
    expect(await opened([open({}, { principal: grace })])).toEqual(['waits']);
    await decide(await first, 'deny');
    expect(await opened([open()])).toEqual(['waits']);
  });

  test('is counted by session over all users', async () => {
    const { open } = createBench({ maxPerSession: 1 });
    expect(await opened([open(), open({}, { principal: grace })])).toEqual([
      'waits',
      'rate_limited',
    ]);
    expect(await opened([open({}, { sessionId: 's_2' })])).toEqual(['waits']);
  });
});
