import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { expect, test } from 'vitest';
import { nodeSqliteDialect } from '../../src/storage/drivers/node-sqlite.ts';
import { openStorage } from '../../src/storage/index.ts';
import { migrations } from '../../src/storage/migrations.ts';
import type {
  ApprovalRow,
  GrantRow,
  OutcomeRow,
  QuarantineRow,
  Schema,
} from '../../src/storage/schema.ts';
import { createApprovals } from '../../src/governance/index.ts';
import { createBench, startedAt } from '../governance/approval-fixtures.ts';
import { temporaryDirectory } from '../support/start-kit.ts';

/** A store as it was made before the migrations behind this one. */
async function storeOf(version: string) {
  const directory = await temporaryDirectory();
  const database = new Kysely<Schema>({
    dialect: nodeSqliteDialect(join(directory, 'store.sqlite')),
  });
  await new Migrator({
    db: database,
    provider: { getMigrations: () => Promise.resolve(migrations) },
  }).migrateTo(version);
  return { directory, database };
}

test('a file that was quarantined before its state was noted is still held', async () => {
  const { directory, database } = await storeOf('0001-first');
  const row = { id: 'q_1', session_id: 's', original_path: 'a.txt', size: 1, hash: 'sha256:' };
  await database
    .insertInto('quarantine')
    .values({ ...row, quarantined_at: 1, quarantined_by: 'ada' } as QuarantineRow)
    .execute();
  await database.destroy();
  await mkdir(join(directory, 'quarantine'));
  await writeFile(join(directory, 'quarantine', 'q_1'), 'a');

  const { quarantine, close } = await openStorage({ directory });
  expect(await quarantine.list('s')).toMatchObject([{ ...row, state: 'held', restored_by: null }]);
  expect(String(await quarantine.read('q_1'))).toBe('a');
  await close();
});

test('a reply that was kept before it was noted for whom is nobody’s', async () => {
  const { directory, database } = await storeOf('0005-grants');
  const key = { session_id: 's', client_id: 'c', request_id: '1' };
  const row = { ...key, type: 'file_save', reply: 'reply', started_at: 1, finished_at: 1 };
  await database
    .insertInto('outcomes')
    .values(row as OutcomeRow)
    .execute();
  await database.destroy();

  const { outcomes, close } = await openStorage({ directory });
  const asked = { sessionId: 's', userId: 'ada', clientId: 'c', requestId: '1' };
  expect(await outcomes.find(asked)).toBeNull();
  await outcomes.begin(asked, 'file_save');
  expect(await outcomes.find(asked)).toMatchObject({ reply: null });
  await close();
});

test('an approval from before its columns waits on, expires and runs as it would have', async () => {
  const directory = await temporaryDirectory();
  const database = new Kysely<Schema>({
    dialect: nodeSqliteDialect(join(directory, 'store.sqlite')),
  });
  await new Migrator({
    db: database,
    provider: { getMigrations: () => Promise.resolve(migrations) },
  }).migrateTo('0005-grants');
  const { open, decide } = createBench();
  const waits = await open();
  const { version, ...approved } = await decide(await open({}, { requestId: 'r-2' }));
  const grant = { grantId: 'gr_1', sessionId: 's_1', createdAt: 1, expiresAt: 2 };
  for (const record of [waits, { ...approved, version }]) {
    const { clientId: _client, requestId: _request, unrecorded: _mark, ...old } = record;
    await database
      .insertInto('approvals')
      .values({
        ...{ id: old.approval_id, session_id: 's_1', state: old.state, version: old.version },
        record: JSON.stringify(old),
      } as ApprovalRow)
      .execute();
  }
  await database
    .insertInto('grants')
    .values({
      ...{ id: 'gr_1', session_id: 's_1', created_at: 1, ended_at: null },
      record: JSON.stringify(grant),
    } as GrantRow)
    .execute();
  await database.destroy();

  const { approvals: store, close } = await openStorage({ directory });
  expect(await store.get(waits.approval_id)).toEqual(waits);
  const { sessionId, clientId } = waits;
  const asked = { sessionId, clientId, requestId: 'r-2', userId: 'ada' };
  expect(await store.find(asked)).toMatchObject({ approval_id: approved.approval_id });
  const approvals = createApprovals({ store, clock: () => startedAt });
  expect(await approvals.claim(approved.approval_id)).toMatchObject({ requestId: 'r-2' });
  const later = createApprovals({ store, clock: () => Date.parse(waits.expires_at) });
  expect((await later.expire()).map((record) => record.approval_id)).toEqual([waits.approval_id]);
  await later.prune(0);
  expect(await store.grants.get('gr_1')).toBeNull();
  await close();
});
