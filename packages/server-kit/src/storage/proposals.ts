import type { Diff } from '@ide-assistant/sdk/protocol';
import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

/** States of a proposal; all but `proposed` are final. */
export type ProposalState = 'proposed' | 'applied' | 'partially_applied' | 'rejected' | 'stale';

/** A proposed change and what was decided about it. */
export interface Proposal {
  diff: Diff;
  state: ProposalState;
}

/** Proposed changes, kept until somebody decides. */
export interface ProposalStore {
  insert(sessionId: string, diff: Diff): Promise<void>;
  get(sessionId: string, diffId: string): Promise<Proposal | null>;
  /** Proposals that nobody has decided about, oldest first. */
  open(sessionId: string): Promise<Diff[]>;
  /** Decides about a proposal; false when somebody has already. */
  decide(sessionId: string, diffId: string, state: ProposalState): Promise<boolean>;
}

/** Stores proposals in the database. */
export function proposalStore(database: Kysely<Schema>, clock: () => number): ProposalStore {
  return {
    async insert(sessionId, diff) {
      await database
        .insertInto('proposals')
        .values({
          id: diff.diff_id,
          session_id: sessionId,
          state: 'proposed',
          diff: JSON.stringify(diff),
          created_at: clock(),
        })
        .execute();
    },
    async get(sessionId, diffId) {
      const row = await database
        .selectFrom('proposals')
        .selectAll()
        .where('id', '=', diffId)
        .where('session_id', '=', sessionId)
        .executeTakeFirst();
      return row ? { diff: JSON.parse(row.diff) as Diff, state: row.state as ProposalState } : null;
    },
    async open(sessionId) {
      const rows = await database
        .selectFrom('proposals')
        .select('diff')
        .where('session_id', '=', sessionId)
        .where('state', '=', 'proposed')
        .orderBy('created_at')
        .execute();
      return rows.map((row) => JSON.parse(row.diff) as Diff);
    },
    async decide(sessionId, diffId, state) {
      const result = await database
        .updateTable('proposals')
        .set({ state })
        .where('id', '=', diffId)
        .where('session_id', '=', sessionId)
        .where('state', '=', 'proposed')
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
  };
}
