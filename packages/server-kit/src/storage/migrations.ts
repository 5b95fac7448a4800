import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

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
};
