import type { Kysely } from 'kysely';
import type { RevocationStore } from '../auth/index.ts';
import type { Schema } from './schema.ts';

/**
 * Stores revocations in the database. Rows are only added and dropped, never changed, so that a
 * server finds what others have added by position alone.
 */
export function revocationStore(database: Kysely<Schema>): RevocationStore {
  return {
    async append({ kind, value, until, forgetAt }) {
      await database
        .insertInto('revocations')
        .values({ kind, value, until, forget_at: forgetAt })
        .execute();
    },
    async readFrom(position) {
      const rows = await database
        .selectFrom('revocations')
        .selectAll()
        .where('position', '>=', position)
        .orderBy('position')
        .execute();
      return {
        records: rows.map(({ kind, value, until, forget_at }) => ({
          kind,
          value,
          until,
          forgetAt: forget_at,
        })),
        last: rows.at(-1)?.position ?? 0,
      };
    },
    async forget(now) {
      await database.deleteFrom('revocations').where('forget_at', '<=', now).execute();
    },
  };
}
