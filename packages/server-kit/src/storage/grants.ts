import type { Kysely } from 'kysely';
import type { GrantRecord, GrantStore } from '../governance/index.ts';
import type { Schema } from './schema.ts';

/** Stores grants in the database. */
export function grantStore(database: Kysely<Schema>): GrantStore {
  return {
    async insert(record) {
      await database
        .insertInto('grants')
        .values({
          id: record.grantId,
          session_id: record.sessionId,
          created_at: record.createdAt,
          expires_at: record.expiresAt,
          ended_at: null,
          record: JSON.stringify(record),
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
    },
    async get(grantId) {
      const row = await database
        .selectFrom('grants')
        .select('record')
        .where('id', '=', grantId)
        .executeTakeFirst();
      return row ? (JSON.parse(row.record) as GrantRecord) : null;
    },
    async list(sessionId) {
      const rows = await database
        .selectFrom('grants')
        .select('record')
        .where('session_id', '=', sessionId)
        .where('ended_at', 'is', null)
        .orderBy('created_at')
        .execute();
      return rows.map((row) => JSON.parse(row.record) as GrantRecord);
    },
    async end(grantId, endedAt) {
      const { numUpdatedRows } = await database
        .updateTable('grants')
        .set({ ended_at: endedAt })
        .where('id', '=', grantId)
        .where('ended_at', 'is', null)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
    async prune(endedBefore) {
      await database
        .deleteFrom('grants')
        .where(({ eb, or }) =>
          or([eb('ended_at', '<', endedBefore), eb('expires_at', '<', endedBefore)]),
        )
        .execute();
    },
  };
}
