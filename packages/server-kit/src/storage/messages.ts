import type { ChatMessage } from '@ide-assistant/sdk/protocol';
import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

/** The conversations, a line each. */
export interface MessageStore {
  /** Adds a line; one that is there already stays as it is. */
  append(sessionId: string, message: ChatMessage): Promise<void>;
  /** A page of lines, oldest first, that end before the line `before`, or at the newest. */
  page(
    sessionId: string,
    options: { before?: string | undefined; limit: number },
  ): Promise<{ messages: ChatMessage[]; hasMore: boolean }>;
}

/** Stores conversations in the database. */
export function messageStore(database: Kysely<Schema>): MessageStore {
  return {
    async append(sessionId, message) {
      await database
        .insertInto('messages')
        .values({
          id: message.id,
          session_id: sessionId,
          role: message.role,
          content: message.content,
          created_at: Date.parse(message.timestamp),
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
    },
    async page(sessionId, { before, limit }) {
      let query = database
        .selectFrom('messages')
        .selectAll()
        .where('session_id', '=', sessionId)
        .orderBy('position', 'desc')
        .limit(limit + 1);
      if (before !== undefined) {
        query = query.where('position', '<', (inner) =>
          inner.selectFrom('messages').select('position').where('id', '=', before),
        );
      }
      const rows = await query.execute();
      const messages = rows.slice(0, limit).toReversed();
      return {
        messages: messages.map((row) => ({
          id: row.id,
          role: row.role === 'user' ? 'user' : 'assistant',
          content: row.content,
          timestamp: new Date(row.created_at).toISOString(),
        })),
        hasMore: rows.length > limit,
      };
    },
  };
}
