import type { Kysely } from 'kysely';
import type { ApprovalRecord, ApprovalStore, ApprovalSummary } from '../governance/index.ts';
import { grantStore } from './grants.ts';
import type { ApprovalRow, Schema } from './schema.ts';

/** Due approvals that one look finds at most. */
const maxDue = 100;
/** Approvals that are forgotten at a time at most: each may weigh as much as a file. */
const maxPruned = 500;

/** Stores approvals in the database; each move is one compare-and-swap on the version. */
export function approvalStore(database: Kysely<Schema>, clock: () => number): ApprovalStore {
  const summaryOf = async (id: string) => {
    const row = await database
      .selectFrom('approvals')
      .select('record')
      .where('id', '=', id)
      .executeTakeFirst();
    return row ? asSummary(row) : null;
  };
  const whole = () => database.selectFrom('approvals').select(['record', 'request', 'preview']);

  return {
    async insert({ request, preview, ...summary }) {
      await database
        .insertInto('approvals')
        .values({
          id: summary.approval_id,
          session_id: summary.sessionId,
          user_id: summary.requested_by,
          client_id: summary.clientId,
          request_id: summary.requestId,
          created_at: Date.parse(summary.createdAt),
          ...changingColumns(summary, clock()),
          preview,
          request,
        })
        .execute();
    },
    async get(id) {
      const row = await whole().where('id', '=', id).executeTakeFirst();
      return row ? asRecord(row) : null;
    },
    async list({ sessionId, states }) {
      let query = database.selectFrom('approvals').select('record').orderBy('created_at');
      if (sessionId !== undefined) query = query.where('session_id', '=', sessionId);
      if (states !== undefined) query = query.where('state', 'in', [...states]);
      return (await query.execute()).map(asSummary);
    },
    async previewOf(id) {
      const row = await database
        .selectFrom('approvals')
        .select('preview')
        .where('id', '=', id)
        .executeTakeFirst();
      return row?.preview ?? '';
    },
    async find({ sessionId, userId, clientId, requestId }) {
      const row = await whole()
        .where('session_id', '=', sessionId)
        .where('user_id', '=', userId)
        .where('client_id', '=', clientId)
        .where('request_id', '=', requestId)
        .orderBy('created_at', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row ? asRecord(row) : null;
    },
    async due({ expiresBy, approvedBy }) {
      const rows = await database
        .selectFrom('approvals')
        .select('id')
        .where(({ and, eb, or }) =>
          or([
            and([eb('state', '=', 'pending'), eb('due_at', '<=', expiresBy)]),
            and([eb('state', '=', 'approved'), eb('due_at', '<=', approvedBy)]),
          ]),
        )
        .orderBy('due_at')
        .limit(maxDue)
        .execute();
      return rows.map(({ id }) => id);
    },
    async sessionsWith(state) {
      const rows = await database
        .selectFrom('approvals')
        .select('session_id')
        .distinct()
        .where('state', '=', state)
        .execute();
      return rows.map(({ session_id: id }) => id);
    },
    async countPending(of) {
      let query = database
        .selectFrom('approvals')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('state', '=', 'pending');
      query =
        'userId' in of
          ? query.where('user_id', '=', of.userId)
          : query.where('session_id', '=', of.sessionId);
      return (await query.executeTakeFirstOrThrow()).count;
    },
    async transition(id, fromVersion, change) {
      const before = await summaryOf(id);
      if (!before || before.version !== fromVersion) return false;
      const after: ApprovalSummary = { ...before, ...change, version: fromVersion + 1 };
      const result = await database
        .updateTable('approvals')
        .set(changingColumns(after, clock()))
        .where('id', '=', id)
        .where('version', '=', fromVersion)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async prune(ageMs) {
      const old = database
        .selectFrom('approvals')
        .select('id')
        .where('moved_at', '<', clock() - ageMs)
        .where('state', 'not in', ['pending', 'approved'])
        .limit(maxPruned);
      await database.deleteFrom('approvals').where('id', 'in', old).execute();
    },
    grants: grantStore(database),
  };
}

function asSummary({ record }: Pick<ApprovalRow, 'record'>): ApprovalSummary {
  return JSON.parse(record) as ApprovalSummary;
}

function asRecord(row: Pick<ApprovalRow, 'record' | 'request' | 'preview'>): ApprovalRecord {
  return { ...asSummary(row), request: row.request, preview: row.preview };
}

function changingColumns(summary: ApprovalSummary, now: number) {
  return {
    state: summary.state,
    version: summary.version,
    due_at: dueAt(summary),
    moved_at: now,
    record: JSON.stringify(summary),
  };
}

/** What its time is counted from or to; null for what has begun or ended. */
function dueAt(summary: ApprovalSummary): number | null {
  if (summary.state === 'pending') return Date.parse(summary.expires_at);
  if (summary.state !== 'approved' || summary.claimedAt !== null) return null;
  return Date.parse(summary.resolvedAt ?? summary.createdAt);
}
