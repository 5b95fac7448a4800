import type { Kysely } from 'kysely';
import type { Schema, SessionRow } from './schema.ts';

/** Sessions and their owners, kept over restarts. */
export interface SessionStore {
  /** Returns the session, or makes it with this owner where it is new. */
  openOrCreate(id: string, owner: string): Promise<{ row: SessionRow; isNew: boolean }>;
  find(id: string): Promise<SessionRow | null>;
}

/** Stores sessions in the database. */
export function sessionStore(database: Kysely<Schema>, clock: () => number): SessionStore {
  const find = async (id: string) =>
    (await database.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst()) ??
    null;
  return {
    find,
    async openOrCreate(id, owner) {
      const { numInsertedOrUpdatedRows = 0n } = await database
        .insertInto('sessions')
        .values({ id, owner, created_at: clock() })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirstOrThrow();
      const row = await database
        .selectFrom('sessions')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      return { row, isNew: numInsertedOrUpdatedRows > 0n };
    },
  };
}
