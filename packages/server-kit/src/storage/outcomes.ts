import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

/** Names one request for ever: an id is unique within its client, a client within its session. */
export interface RequestKey {
  sessionId: string;
  clientId: string;
  requestId: string;
}

/** What is known of a request that was sent before. */
export interface Outcome {
  type: string;
  /** Exact reply as JSON text; null when the request began and did not end. */
  reply: string | null;
}

/** Keeps what became of requests, so that a repeat gets the same reply and no second effect. */
export interface OutcomeStore {
  find(key: RequestKey): Promise<Outcome | null>;
  begin(key: RequestKey, type: string): Promise<void>;
  finish(key: RequestKey, reply: string): Promise<void>;
  /** Forgets a request that had no effect, so that it may be sent again. */
  forget(key: RequestKey): Promise<void>;
  /** Drops what ended more than `ageMs` ago. */
  prune(ageMs: number): Promise<void>;
}

/** Stores outcomes in the database. */
export function outcomeStore(database: Kysely<Schema>, clock: () => number): OutcomeStore {
  const columns = (key: RequestKey) => ({
    session_id: key.sessionId,
    client_id: key.clientId,
    request_id: key.requestId,
  });
  return {
    async find(key) {
      const row = await database
        .selectFrom('outcomes')
        .select(['type', 'reply'])
        .where('session_id', '=', key.sessionId)
        .where('client_id', '=', key.clientId)
        .where('request_id', '=', key.requestId)
        .executeTakeFirst();
      return row ?? null;
    },
    async begin(key, type) {
      await database
        .insertInto('outcomes')
        .values({ ...columns(key), type, reply: null, started_at: clock(), finished_at: null })
        .onConflict((conflict) =>
          conflict.columns(['session_id', 'client_id', 'request_id']).doNothing(),
        )
        .execute();
    },
    async finish(key, reply) {
      await database
        .updateTable('outcomes')
        .set({ reply, finished_at: clock() })
        .where('session_id', '=', key.sessionId)
        .where('client_id', '=', key.clientId)
        .where('request_id', '=', key.requestId)
        .execute();
    },
    async forget(key) {
      await database
        .deleteFrom('outcomes')
        .where('session_id', '=', key.sessionId)
        .where('client_id', '=', key.clientId)
        .where('request_id', '=', key.requestId)
        .execute();
    },
    async prune(ageMs) {
      await database
        .deleteFrom('outcomes')
        .where('finished_at', 'is not', null)
        .where('finished_at', '<', clock() - ageMs)
        .execute();
    },
  };
}
