import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { expect, test } from 'vitest';
import { nodeSqliteDialect } from '../../src/storage/drivers/node-sqlite.ts';
import { openStorage } from '../../src/storage/index.ts';
import { migrations } from '../../src/storage/migrations.ts';
import type { QuarantineRow, Schema } from '../../src/storage/schema.ts';
import { temporaryDirectory } from '../support/start-kit.ts';

test('a file that was quarantined before its state was noted is still held', async () => {
  const directory = await temporaryDirectory();
  const database = new Kysely<Schema>({
    dialect: nodeSqliteDialect(join(directory, 'store.sqlite')),
  });
  await new Migrator({
    db: database,
    provider: { getMigrations: () => Promise.resolve(migrations) },
  }).migrateTo('0001-first');
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
