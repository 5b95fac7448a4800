import type { Diff } from '@ide-assistant/sdk/protocol';
import type { Kysely } from 'kysely';
import type { ProposalRow, Schema } from './schema.ts';
import { createTurns, type TakeTurn } from './turns.ts';

/** States of a proposal; all but `proposed` are final. */
export type ProposalState = 'proposed' | 'applied' | 'partially_applied' | 'rejected' | 'stale';

/** A proposed change and what was decided about it. */
export interface Proposal {
  diff: Diff;
  state: ProposalState;
  /** Effect that decided; null while nobody has. */
  effectId: string | null;
  /** The latest try to write it; it may have failed, or been cut off before the file or after. */
  attempt: Attempt | null;
}

/** A try to write a proposal, noted before the file is touched. */
export interface Attempt {
  effectId: string;
  /** User who applies it. */
  by: string;
  /** Hash of the file when it is written. */
  hash: string;
  outcome: 'applied' | 'partially_applied';
}

/** A fix that needs no proposal, noted before the file is touched. */
export interface NotedFix {
  /** Hash of the file when it is written. */
  hash: string;
  /** What the request that makes the fix is answered. */
  reply: unknown;
}

/** Proposed changes, kept until somebody decides, and fixes, kept for repeats of their request. */
export interface ProposalStore {
  insert(sessionId: string, diff: Diff): Promise<void>;
  get(sessionId: string, diffId: string): Promise<Proposal | null>;
  /** Proposals that nobody has decided about, oldest first. */
  open(sessionId: string): Promise<Diff[]>;
  /** Notes that a proposal is about to be written. */
  attempt(sessionId: string, diffId: string, attempt: Attempt): Promise<void>;
  /** Decides about a proposal; false when somebody has already. */
  decide(
    sessionId: string,
    diffId: string,
    state: ProposalState,
    effectId: string,
  ): Promise<boolean>;
  /** Runs the steps of one request on a proposal apart from those of another. */
  inTurn: TakeTurn;
  /** Notes that a fix is about to be written; forgotten after a day. */
  noteFix(effectId: string, fix: NotedFix): Promise<void>;
  findFix(effectId: string): Promise<NotedFix | null>;
}

/** How long a noted fix is kept, milliseconds: a client that repeats a request does so soon. */
const fixKeptMs = 86_400_000;

/** Stores proposals and fixes in the database. */
export function proposalStore(database: Kysely<Schema>, clock: () => number): ProposalStore {
  return {
    inTurn: createTurns(),
    async insert(sessionId, diff) {
      await database
        .insertInto('proposals')
        .values({
          id: diff.diff_id,
          session_id: sessionId,
          state: 'proposed',
          diff: JSON.stringify(diff),
          created_at: clock(),
          effect_id: null,
          attempt: null,
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
      return row ? proposalOf(row) : null;
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
    async attempt(sessionId, diffId, attempt) {
      await database
        .updateTable('proposals')
        .set({ attempt: JSON.stringify(attempt) })
        .where('id', '=', diffId)
        .where('session_id', '=', sessionId)
        .execute();
    },
    async decide(sessionId, diffId, state, effectId) {
      const result = await database
        .updateTable('proposals')
        .set({ state, effect_id: effectId })
        .where('id', '=', diffId)
        .where('session_id', '=', sessionId)
        .where('state', '=', 'proposed')
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async noteFix(effectId, { hash, reply }) {
      const now = clock();
      await database
        .deleteFrom('fixes')
        .where('noted_at', '<', now - fixKeptMs)
        .execute();
      const columns = { hash, reply: JSON.stringify(reply), noted_at: now };
      await database
        .insertInto('fixes')
        .values({ effect_id: effectId, ...columns })
        .onConflict((conflict) => conflict.column('effect_id').doUpdateSet(columns))
        .execute();
    },
    async findFix(effectId) {
      const row = await database
        .selectFrom('fixes')
        .select(['hash', 'reply'])
        .where('effect_id', '=', effectId)
        .executeTakeFirst();
      return row ? { hash: row.hash, reply: JSON.parse(row.reply) as unknown } : null;
    },
  };
}

function proposalOf({ diff, state, effect_id, attempt }: ProposalRow): Proposal {
  return {
    diff: JSON.parse(diff) as Diff,
    state: state as ProposalState,
    effectId: effect_id,
    attempt: attempt === null ? null : (JSON.parse(attempt) as Attempt),
  };
}
