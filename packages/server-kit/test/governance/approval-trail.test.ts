import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { RequestError } from '../../src/errors.ts';
import { decodeStatement } from '../../src/verification/in-toto.ts';
import { openAuditLog } from '../../src/verification/index.ts';
import { temporaryDirectory } from '../support/start-kit.ts';
import { ada, createBench, grace } from './approval-fixtures.ts';

/** A bench over a real log, and what is in it, as `who: outcome`. */
async function logged() {
  const directory = await temporaryDirectory();
  const audit = await openAuditLog({ directory });
  onTestFinished(() => audit.close());
  const bench = createBench({ audit });
  const entries = async () => {
    const text = await readFile(join(directory, 'log.jsonl'), 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) =>
        decodeStatement(Buffer.from((JSON.parse(line) as { payload: string }).payload, 'base64')),
      );
  };
  return { ...bench, entries };
}

test('each decision and each end is an entry that names who, what and which request', async () => {
  const { approvals, open, decide, pass, entries } = await logged();
  const executed = await decide(await open(), 'approve', grace);
  await approvals.claim(executed.approval_id);
  await approvals.finish(executed.approval_id, { state: 'executed' });
  const stale = await decide(await open());
  await approvals.claim(stale.approval_id);
  await approvals.finish(stale.approval_id, { state: 'stale', staleReason: 'base_changed' });
  await decide(await open(), 'deny', grace);
  await approvals.cancel((await open()).approval_id);
  const running = await decide(await open({ grantable: true }), 'approve', grace, 'session');
  await approvals.claim(running.approval_id);
  await approvals.recover();
  const grant = await approvals.grants.add(running, grace);
  await approvals.grants.revoke(grant.grantId, { sessionId: 's_1', by: ada });
  await open();
  pass(300_000);
  await approvals.expire();

  const all = await entries();
  expect(
    all.map(({ actor, outcome, decision = '' }) => `${actor.sub} ${outcome} ${decision}`.trim()),
  ).toEqual([
    'grace approved allow',
    'ada executed',
    'ada approved allow',
    'ada stale:base_changed',
    'grace denied block',
    'ada cancelled',
    'grace approved:session allow',
    'ada failed',
    'ada revoked',
    'ada expired',
  ]);
  expect(all[0]).toMatchObject({
    phase: 'approval',
    action: 'ide_file_delete',
    subject: 's_1:src',
    inputHash: executed.request_hash,
    approvalId: executed.approval_id,
    policies: ['directory-delete'],
    policyVersion: 'sha256:policies',
  });
});

test('a decision that cannot be recorded lets nothing run, and an end is told all the same', async () => {
  const audit = {
    append: () => Promise.reject(new RequestError('audit_unavailable', 'The disk is full.')),
  };
  const { approvals, open, decide, pass, stateOf } = createBench({ audit });
  const record = await open();
  for (const decision of ['approve', 'deny'] as const) {
    await expect(decide(record, decision)).rejects.toMatchObject({ code: 'audit_unavailable' });
    await expect(stateOf(record)).resolves.toBe('pending');
    await expect(approvals.claim(record.approval_id)).resolves.toBeNull();
  }
  const waiting = await open();
  pass(300_000);
  const ended = await approvals.expire();
  expect(ended.map(({ approval_id }) => approval_id)).toEqual([
    record.approval_id,
    waiting.approval_id,
  ]);
  await expect(stateOf(record)).resolves.toBe('expired');
});

test('what was approved by a server that ended before it could record that is not run', async () => {
  const audit = { append: () => new Promise<never>(() => undefined) };
  const { approvals, open, decide, pass, stateOf } = createBench({ audit });
  const record = await open();
  void decide(record);
  await expect.poll(() => stateOf(record)).toBe('approved');
  await expect(approvals.claim(record.approval_id)).resolves.toBeNull();
  pass(60_000);
  void approvals.expire();
  await expect.poll(() => stateOf(record)).toBe('expired');
});

test('a decision that is withdrawn while it is recorded lets nothing run', async () => {
  const written = Promise.withResolvers<never>();
  const audit = { append: vi.fn(() => written.promise) };
  const { approvals, open, decide } = createBench({ audit });
  const record = await open();
  const decided = decide(record);
  await vi.waitFor(() => expect(audit.append).toHaveBeenCalledOnce());
  const cancelled = approvals.cancel(record.approval_id);
  await vi.waitFor(() => expect(audit.append).toHaveBeenCalledTimes(2));
  written.resolve(undefined as never);
  await expect(cancelled).resolves.toBe(true);
  await expect(decided).rejects.toMatchObject({ code: 'conflict' });
  await expect(approvals.claim(record.approval_id)).resolves.toBeNull();
});
