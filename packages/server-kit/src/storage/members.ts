import type { MemberRole } from '@ide-assistant/sdk/protocol';
import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

/** Users beside its owner who work in a session, kept over restarts. */
export interface MemberStore {
  /** Members of a session by user, in the order in which they came. */
  list(sessionId: string): Promise<Map<string, MemberRole>>;
  /** Adds a member, or changes his role. */
  set(sessionId: string, userId: string, role: MemberRole): Promise<void>;
  /** @returns false when he was none. */
  remove(sessionId: string, userId: string): Promise<boolean>;
}

/** Stores members in the database. */
export function memberStore(database: Kysely<Schema>, clock: () => number): MemberStore {
  return {
    async list(sessionId) {
      const rows = await database
        .selectFrom('members')
        .select(['user_id', 'role'])
        .where('session_id', '=', sessionId)
        .orderBy('added_at')
        .orderBy('user_id')
        .execute();
      return new Map(rows.map(({ user_id, role }) => [user_id, role]));
    },
    async set(sessionId, userId, role) {
      await database
        .insertInto('members')
        .values({ session_id: sessionId, user_id: userId, role, added_at: clock() })
        .onConflict((conflict) => conflict.columns(['session_id', 'user_id']).doUpdateSet({ role }))
        .execute();
    },
    async remove(sessionId, userId) {
      const { numDeletedRows } = await database
        .deleteFrom('members')
        .where('session_id', '=', sessionId)
        .where('user_id', '=', userId)
        .executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },
  };
}
