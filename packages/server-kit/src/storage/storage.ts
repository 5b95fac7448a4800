import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely, type Dialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { KitError } from '../errors.ts';
import type { RevocationStore } from '../auth/index.ts';
import type { ApprovalStore } from '../governance/index.ts';
import { approvalStore } from './approvals.ts';
import { nodeSqliteDialect } from './drivers/node-sqlite.ts';
import { memberStore, type MemberStore } from './members.ts';
import { messageStore, type MessageStore } from './messages.ts';
import { migrations } from './migrations.ts';
import { outcomeStore, type OutcomeStore } from './outcomes.ts';
import { proposalStore, type ProposalStore } from './proposals.ts';
import { quarantineStore, type QuarantineStore } from './quarantine.ts';
import { revocationStore } from './revocations.ts';
import type { Schema } from './schema.ts';
import { sessionStore, type SessionStore } from './sessions.ts';

/** All that the kit remembers, but for the audit log and the workspaces. */
export interface Storage {
  sessions: SessionStore;
  members: MemberStore;
  revocations: RevocationStore;
  outcomes: OutcomeStore;
  approvals: ApprovalStore;
  messages: MessageStore;
  proposals: ProposalStore;
  quarantine: QuarantineStore;
  close(): Promise<void>;
}

/**
 * Opens the store in a data directory and brings its schema up to date.
 *
 * @throws KitError `STORAGE_UNUSABLE` when the database cannot be opened or migrated.
 */
export async function openStorage(options: {
  directory: string;
  clock?: () => number;
  dialect?: Dialect;
}): Promise<Storage> {
  const { directory, clock = Date.now } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const dialect = options.dialect ?? nodeSqliteDialect(join(directory, 'store.sqlite'));
  const database = new Kysely<Schema>({ dialect });
  const { error } = await new Migrator({
    db: database,
    provider: { getMigrations: () => Promise.resolve(migrations) },
  }).migrateToLatest();
  if (error) {
    await database.destroy();
    throw new KitError('STORAGE_UNUSABLE', 'The database could not be opened or migrated.', {
      cause: error,
    });
  }
  return {
    sessions: sessionStore(database, clock),
    members: memberStore(database, clock),
    revocations: revocationStore(database),
    outcomes: outcomeStore(database, clock),
    approvals: approvalStore(database, clock),
    messages: messageStore(database),
    proposals: proposalStore(database, clock),
    quarantine: quarantineStore(database, join(directory, 'quarantine')),
    close: () => database.destroy(),
  };
}
