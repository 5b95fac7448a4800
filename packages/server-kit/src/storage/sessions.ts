import type { Kysely } from 'kysely';
import type { Schema, SessionRow } from './schema.ts';

/** Sessions and their owners, kept over restarts. */
export interface SessionStore {
  /** Returns the session, or makes it with this owner where it is new. */
  openOrCreate(id: string, owner: string): Promise<SessionRow>;
}

/** Stores sessions in the database. */
export function sessionStore(database: Kysely<Schema>, clock: () => number): SessionStore {
  return {
    async openOrCreate(id, owner) {
      await database
        .insertInto('sessions')
        .values({ id, owner, created_at: clock() })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
      return database
        .selectFrom('sessions')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
    },
  };
}
