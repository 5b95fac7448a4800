import type { Kysely } from 'kysely';
import { prepareQuery } from './prepared-query.ts';
import type { Schema } from './schema.ts';
import { createWriteGroup } from './write-group.ts';

/**
 * Names one request for ever: an id is unique within its client, a client within its session and user.
 * A client's id is no secret and proves nothing, so that it never stands for the user.
 */
export interface RequestKey {
  sessionId: string;
  userId: string;
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
  const write = createWriteGroup(database);
  const find = prepareQuery<RequestKey, Outcome>((slot) =>
    database
      .selectFrom('outcomes')
      .select(['type', 'reply'])
      .where('session_id', '=', slot('sessionId'))
      .where('user_id', '=', slot('userId'))
      .where('client_id', '=', slot('clientId'))
      .where('request_id', '=', slot('requestId')),
  );
  const begin = prepareQuery<RequestKey & { type: string; startedAt: number }>((slot) =>
    database
      .insertInto('outcomes')
      .values({
        session_id: slot('sessionId'),
        user_id: slot('userId'),
        client_id: slot('clientId'),
        request_id: slot('requestId'),
        type: slot('type'),
        reply: null,
        started_at: slot('startedAt'),
        finished_at: null,
      })
      .onConflict((conflict) =>
        conflict.columns(['session_id', 'user_id', 'client_id', 'request_id']).doNothing(),
      ),
  );
  const finish = prepareQuery<RequestKey & { reply: string; finishedAt: number }>((slot) =>
    database
      .updateTable('outcomes')
      .set({ reply: slot('reply'), finished_at: slot('finishedAt') })
      .where('session_id', '=', slot('sessionId'))
      .where('user_id', '=', slot('userId'))
      .where('client_id', '=', slot('clientId'))
      .where('request_id', '=', slot('requestId')),
  );
  return {
    async find(key) {
      const { rows } = await database.executeQuery(find(key));
      return rows[0] ?? null;
    },
    begin: (key, type) => write(begin({ ...key, type, startedAt: clock() })),
    finish: (key, reply) => write(finish({ ...key, reply, finishedAt: clock() })),
    forget: (key) =>
      write(
        database
          .deleteFrom('outcomes')
          .where('session_id', '=', key.sessionId)
          .where('user_id', '=', key.userId)
          .where('client_id', '=', key.clientId)
          .where('request_id', '=', key.requestId)
          .compile(),
      ),
    async prune(ageMs) {
      await database
        .deleteFrom('outcomes')
        .where('finished_at', 'is not', null)
        .where('finished_at', '<', clock() - ageMs)
        .execute();
    },
  };
}
