import { beforeEach, describe, expect, test } from 'vitest';
import {
  createApprovals,
  type ApprovalRecord,
  type ApprovalStore,
} from '../../src/governance/index.ts';
import { maxGrantMs } from '../../src/governance/grants.ts';
import { deletion, details, grace, review } from './approval-fixtures.ts';

/** What every approval store must do, whatever it keeps its records in. */
export function describeApprovalStore(
  name: string,
  createStore: () => ApprovalStore | Promise<ApprovalStore>,
): void {
  describe(`approval store: ${name}`, () => {
    let store: ApprovalStore;
    let record: ApprovalRecord;

    beforeEach(async () => {
      store = await createStore();
      record = await createApprovals({ store }).open(deletion, review, {
        ...details,
        preview: 'ünïcode ⟦U+202E⟧ and\nlines',
      });
    });

    test('returns a record as it was stored', async () => {
      await expect(store.get(record.approval_id)).resolves.toEqual(record);
      await expect(store.get('nothing')).resolves.toBeNull();
    });

    test('refuses a second record with the same id', async () => {
      await expect(store.insert(record)).rejects.toThrow();
    });

    test('lists by session and by state', async () => {
      const ids = async (filter: Parameters<ApprovalStore['list']>[0]) =>
        (await store.list(filter)).map((found) => found.approval_id);
      await expect(ids({})).resolves.toEqual([record.approval_id]);
      await expect(ids({ sessionId: 's_1', states: ['denied', 'pending'] })).resolves.toEqual([
        record.approval_id,
      ]);
      await expect(ids({ sessionId: 's_2' })).resolves.toEqual([]);
      await expect(ids({ states: ['approved'] })).resolves.toEqual([]);
    });

    test('applies a change to the version that it was made for, and no other', async () => {
      const id = record.approval_id;
      await expect(store.transition(id, 2, { state: 'denied' })).resolves.toBe(false);
      await expect(store.transition('nothing', 1, { state: 'denied' })).resolves.toBe(false);
      await expect(store.transition(id, 1, { state: 'approved' })).resolves.toBe(true);
      await expect(store.transition(id, 1, { state: 'denied' })).resolves.toBe(false);
      await expect(store.get(id)).resolves.toEqual({ ...record, state: 'approved', version: 2 });
    });

    test('finds what is due: what waits by its own time, what was approved by the approval’s', async () => {
      const id = record.approval_id;
      const expiresBy = Date.parse(record.expires_at);
      await expect(store.due({ expiresBy: expiresBy - 1, approvedBy: 0 })).resolves.toEqual([]);
      await expect(store.due({ expiresBy, approvedBy: 0 })).resolves.toEqual([id]);
      const resolvedAt = new Date(expiresBy + 5_000).toISOString();
      await store.transition(id, 1, { state: 'approved', resolvedAt });
      const approvedBy = expiresBy + 5_000;
      await expect(store.due({ expiresBy, approvedBy: approvedBy - 1 })).resolves.toEqual([]);
      await expect(store.due({ expiresBy, approvedBy })).resolves.toEqual([id]);
      await store.transition(id, 2, { claimedAt: resolvedAt });
      await expect(store.due({ expiresBy, approvedBy })).resolves.toEqual([]);
    });

    test('finds the approval of one request of one user, and counts and names where some wait', async () => {
      const { sessionId, clientId, requestId } = record;
      const asked = { sessionId, clientId, requestId, userId: 'ada' };
      await expect(store.find(asked)).resolves.toEqual(record);
      await expect(store.find({ ...asked, userId: 'grace' })).resolves.toBeNull();
      await expect(store.find({ ...asked, requestId: 'r-2' })).resolves.toBeNull();
      await expect(store.previewOf(record.approval_id)).resolves.toBe(record.preview);
      await expect(store.countPending({ sessionId })).resolves.toBe(1);
      await expect(store.countPending({ userId: 'ada' })).resolves.toBe(1);
      await expect(store.countPending({ userId: 'grace' })).resolves.toBe(0);
      await expect(store.sessionsWith('pending')).resolves.toEqual([sessionId]);
      await store.transition(record.approval_id, 1, { state: 'denied' });
      await expect(store.countPending({ sessionId })).resolves.toBe(0);
      await expect(store.sessionsWith('pending')).resolves.toEqual([]);
    });

    test('forgets what has ended, and nothing that is open', async () => {
      const approvals = createApprovals({ store, clock: () => Date.now() + 2 * maxGrantMs });
      const open = await approvals.open(deletion, review, details);
      await createApprovals({ store }).grants.add(open, grace);
      await store.transition(record.approval_id, 1, { state: 'cancelled' });
      await approvals.prune(-1);
      await expect(store.get(record.approval_id)).resolves.toBeNull();
      await expect(store.get(open.approval_id)).resolves.toEqual(open);
      await expect(store.grants.list('s_1')).resolves.toEqual([]);
    });

    test('lets one of many changes at once through', async () => {
      const moves = Array.from({ length: 20 }, (_, index) =>
        store.transition(record.approval_id, 1, { comment: `move ${index}` }),
      );
      const applied = (await Promise.all(moves)).filter(Boolean);
      expect(applied).toHaveLength(1);
    });

    test('keeps grants by session until they are ended, once, and for good', async () => {
      const { grants } = createApprovals({ store });
      const { grantId } = await grants.add(record, grace);
      const found = await store.grants.get(grantId);
      expect(found).toMatchObject({ approvalId: record.approval_id, grantedBy: 'grace' });
      await expect(store.grants.list('s_1')).resolves.toEqual([found]);
      await expect(store.grants.list('s_2')).resolves.toEqual([]);
      const ends = await Promise.all([1, 2, 3].map((at) => store.grants.end(grantId, at)));
      expect(ends.filter(Boolean)).toHaveLength(1);
      await grants.add(record, grace);
      await expect(store.grants.list('s_1')).resolves.toEqual([]);
      await expect(store.grants.end('nothing', 1)).resolves.toBe(false);
      await expect(store.grants.get('nothing')).resolves.toBeNull();
    });

    test('hands out copies', async () => {
      const copy = await store.get(record.approval_id);
      copy?.approvers.push('intruder');
      await expect(store.get(record.approval_id)).resolves.toEqual(record);
    });
  });
}
