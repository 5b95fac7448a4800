import { beforeEach, describe, expect, test } from 'vitest';
import {
  createApprovals,
  type ApprovalRecord,
  type ApprovalStore,
} from '../../src/governance/index.ts';
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
