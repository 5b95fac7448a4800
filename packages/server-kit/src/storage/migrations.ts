import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { ApprovalRecord, GrantRecord, StoredRequest } from '../governance/index.ts';
import type { Schema } from './schema.ts';

/** Changes of the schema in order; a published one is never edited, only followed by another. */
export const migrations: Record<string, Migration> = {
  '0001-first': {
    async up(database: Kysely<unknown>) {
      const { schema } = database;
      await schema
        .createTable('sessions')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('owner', 'text', (column) => column.notNull())
        .addColumn('created_at', 'integer', (column) => column.notNull())
        .execute();
      await schema
        .createTable('outcomes')
        .addColumn('session_id', 'text', (column) => column.notNull())
        .addColumn('client_id', 'text', (column) => column.notNull())
        .addColumn('request_id', 'text', (column) => column.notNull())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('reply', 'text')
        .addColumn('started_at', 'integer', (column) => column.notNull())
        .addColumn('finished_at', 'integer')
        .addPrimaryKeyConstraint('outcomes_key', ['session_id', 'client_id', 'request_id'])
        .execute();
      await schema.createIndex('outcomes_by_end').on('outcomes').column('finished_at').execute();
      await schema
        .createTable('approvals')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('session_id', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('record', 'text', (column) => column.notNull())
        .execute();
      await schema
        .createIndex('approvals_by_session')
        .on('approvals')
        .columns(['session_id', 'state'])
        .execute();
      await schema
        .createTable('messages')
        .addColumn('position', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('id', 'text', (column) => column.notNull().unique())
        .addColumn('session_id', 'text', (column) => column.notNull())
        .addColumn('role', 'text', (column) => column.notNull())
        .addColumn('content', 'text', (column) => column.notNull())
        .addColumn('created_at', 'integer', (column) => column.notNull())
        .execute();
      await schema
        .createIndex('messages_by_session')
        .on('messages')
        .columns(['session_id', 'position'])
        .execute();
      await schema
        .createTable('proposals')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('session_id', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('diff', 'text', (column) => column.notNull())
        .addColumn('created_at', 'integer', (column) => column.notNull())
        .execute();
      await schema
        .createIndex('proposals_by_session')
        .on('proposals')
        .columns(['session_id', 'state'])
        .execute();
      await schema
        .createTable('quarantine')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('session_id', 'text', (column) => column.notNull())
        .addColumn('original_path', 'text', (column) => column.notNull())
        .addColumn('size', 'integer', (column) => column.notNull())
        .addColumn('hash', 'text', (column) => column.notNull())
        .addColumn('quarantined_at', 'integer', (column) => column.notNull())
        .addColumn('quarantined_by', 'text', (column) => column.notNull())
        .execute();
    },
  },
  '0002-effects': {
    async up(database: Kysely<unknown>) {
      const { schema } = database;
      // SQLite adds one column at a time.
      await schema.alterTable('proposals').addColumn('effect_id', 'text').execute();
      await schema.alterTable('proposals').addColumn('attempt', 'text').execute();
      await schema
        .alterTable('quarantine')
        .addColumn('state', 'text', (column) => column.notNull().defaultTo('held'))
        .execute();
      await schema.alterTable('quarantine').addColumn('restored_by', 'text').execute();
      await schema
        .createTable('fixes')
        .addColumn('effect_id', 'text', (column) => column.primaryKey())
        .addColumn('hash', 'text', (column) => column.notNull())
        .addColumn('reply', 'text', (column) => column.notNull())
        .addColumn('noted_at', 'integer', (column) => column.notNull())
        .execute();
    },
  },
  '0003-members': {
    async up(database: Kysely<unknown>) {
      await database.schema
        .createTable('members')
        .addColumn('session_id', 'text', (column) => column.notNull())
        .addColumn('user_id', 'text', (column) => column.notNull())
        .addColumn('role', 'text', (column) => column.notNull())
        .addColumn('added_at', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('members_key', ['session_id', 'user_id'])
        .execute();
    },
  },
  '0004-revocations': {
    async up(database: Kysely<unknown>) {
      const { schema } = database;
      await schema
        .createTable('revocations')
        .addColumn('position', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('value', 'text', (column) => column.notNull())
        .addColumn('until', 'integer', (column) => column.notNull())
        .addColumn('forget_at', 'integer')
        .execute();
      await schema
        .createIndex('revocations_by_end')
        .on('revocations')
        .column('forget_at')
        .execute();
    },
  },
  '0005-grants': {
    async up(database: Kysely<unknown>) {
      const { schema } = database;
      await schema
        .createTable('grants')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('session_id', 'text', (column) => column.notNull())
        .addColumn('created_at', 'integer', (column) => column.notNull())
        .addColumn('ended_at', 'integer')
        .addColumn('record', 'text', (column) => column.notNull())
        .execute();
      await schema
        .createIndex('grants_by_session')
        .on('grants')
        .columns(['session_id', 'ended_at'])
        .execute();
      await schema.createIndex('approvals_by_state').on('approvals').column('state').execute();
    },
  },
  '0006-outcomes-by-user': {
    async up(database: Kysely<unknown>) {
      const { schema } = database;
      // Whose they are was not noted, and they would soon be forgotten as it is.
      await schema.dropTable('outcomes').execute();
      await schema
        .createTable('outcomes')
        .addColumn('session_id', 'text', (column) => column.notNull())
        .addColumn('user_id', 'text', (column) => column.notNull())
        .addColumn('client_id', 'text', (column) => column.notNull())
        .addColumn('request_id', 'text', (column) => column.notNull())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('reply', 'text')
        .addColumn('started_at', 'integer', (column) => column.notNull())
        .addColumn('finished_at', 'integer')
        .addPrimaryKeyConstraint('outcomes_key', [
          'session_id',
          'user_id',
          'client_id',
          'request_id',
        ])
        .execute();
      await schema.createIndex('outcomes_by_end').on('outcomes').column('finished_at').execute();
    },
  },
  '0007-approval-columns': {
    async up(database: Kysely<unknown>) {
      const { schema } = database;
      // What is large comes last, so that the columns before it are read without it.
      for (const [table, column, type] of [
        ['approvals', 'user_id', 'text'],
        ['approvals', 'client_id', 'text'],
        ['approvals', 'request_id', 'text'],
        ['approvals', 'created_at', 'integer'],
        ['approvals', 'due_at', 'integer'],
        ['approvals', 'moved_at', 'integer'],
        ['approvals', 'preview', 'text'],
        ['approvals', 'request', 'text'],
        ['grants', 'expires_at', 'integer'],
      ] as const) {
        await schema.alterTable(table).addColumn(column, type).execute();
      }
      await fillApprovals(database);
      await fillGrants(database);
      await schema
        .createIndex('approvals_by_due')
        .on('approvals')
        .columns(['state', 'due_at'])
        .execute();
      await schema
        .createIndex('approvals_by_request')
        .on('approvals')
        .columns(['session_id', 'user_id', 'client_id', 'request_id'])
        .execute();
      await schema.createIndex('approvals_by_move').on('approvals').column('moved_at').execute();
    },
  },
};

/** Takes from each record what has a column of its own now. One at a time: each may weigh as a file. */
async function fillApprovals(database: Kysely<Pick<Schema, 'approvals'>>): Promise<void> {
  for (const { id } of await database.selectFrom('approvals').select('id').execute()) {
    const row = await database
      .selectFrom('approvals')
      .select('record')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    const { request, preview, ...old } = JSON.parse(row.record) as ApprovalRecord;
    const { clientId, requestId } = JSON.parse(request) as StoredRequest;
    const waits = old.state === 'pending' ? old.expires_at : null;
    const isReady = old.state === 'approved' && old.claimedAt === null;
    const due = isReady ? (old.resolvedAt ?? old.createdAt) : waits;
    await database
      .updateTable('approvals')
      .set({
        user_id: old.requested_by,
        client_id: clientId,
        request_id: requestId,
        created_at: Date.parse(old.createdAt),
        due_at: due === null ? null : Date.parse(due),
        moved_at: Date.now(),
        record: JSON.stringify({ ...old, clientId, requestId, unrecorded: false }),
        ...{ preview, request },
      })
      .where('id', '=', id)
      .execute();
  }
}

async function fillGrants(database: Kysely<Pick<Schema, 'grants'>>): Promise<void> {
  for (const { id, record } of await database
    .selectFrom('grants')
    .select(['id', 'record'])
    .execute()) {
    const { expiresAt } = JSON.parse(record) as GrantRecord;
    await database
      .updateTable('grants')
      .set({ expires_at: expiresAt })
      .where('id', '=', id)
      .execute();
  }
}
