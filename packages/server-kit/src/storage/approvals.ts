import type { Kysely } from 'kysely';
import type { ApprovalRecord, ApprovalStore } from '../governance/index.ts';
import { grantStore } from './grants.ts';
import type { Schema } from './schema.ts';

/** Stores approvals in the database; each move is one compare-and-swap on the version. */
export function approvalStore(database: Kysely<Schema>): ApprovalStore {
  const read = async (id: string) => {
    const row = await database
      .selectFrom('approvals')
      .select('record')
      .where('id', '=', id)
      .executeTakeFirst();
    return row ? (JSON.parse(row.record) as ApprovalRecord) : null;
  };
  return {
    async insert(record) {
      await database
        .insertInto('approvals')
        .values({
          id: record.approval_id,
          session_id: record.sessionId,
          state: record.state,
          version: record.version,
          record: JSON.stringify(record),
        })
        .execute();
    },
    get: read,
    async list({ sessionId, states }) {
      let query = database.selectFrom('approvals').select('record');
      if (sessionId !== undefined) query = query.where('session_id', '=', sessionId);
      if (states !== undefined) query = query.where('state', 'in', [...states]);
      const rows = await query.execute();
      return rows.map((row) => JSON.parse(row.record) as ApprovalRecord);
    },
    async transition(id, fromVersion, change) {
      const before = await read(id);
      if (!before || before.version !== fromVersion) return false;
      const after: ApprovalRecord = { ...before, ...change, version: fromVersion + 1 };
      const result = await database
        .updateTable('approvals')
        .set({ state: after.state, version: after.version, record: JSON.stringify(after) })
        .where('id', '=', id)
        .where('version', '=', fromVersion)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    grants: grantStore(database),
  };
}
