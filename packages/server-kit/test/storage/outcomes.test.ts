import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely, sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeSqliteDialect } from '../../src/storage/drivers/node-sqlite.ts';
import { openStorage, type RequestKey, type Storage } from '../../src/storage/index.ts';
import { createWriteGroup } from '../../src/storage/write-group.ts';

let directory: string;
let storage: Storage;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ide-outcomes-'));
  storage = await openStorage({ directory });
});
afterEach(async () => {
  await storage.close();
  await rm(directory, { recursive: true, force: true });
});

function keyOf(requestId: string, userId = 'ada'): RequestKey {
  return { sessionId: 's', userId, clientId: 'c', requestId };
}

test('requests that end in the same turn each keep their own reply', async () => {
  const { outcomes } = storage;
  const ids = ['1', '2', '3'];
  await Promise.all(ids.map((id) => outcomes.begin(keyOf(id), 'file_save')));
  expect(await outcomes.find(keyOf('2'))).toEqual({ type: 'file_save', reply: null });
  await Promise.all(ids.map((id) => outcomes.finish(keyOf(id), `reply ${id}`)));
  const found = await Promise.all(ids.map((id) => outcomes.find(keyOf(id))));
  expect(found.map((outcome) => outcome?.reply)).toEqual(['reply 1', 'reply 2', 'reply 3']);
});

test('a repeated beginning changes nothing that is known of the request', async () => {
  const { outcomes } = storage;
  await outcomes.begin(keyOf('1'), 'file_save');
  await outcomes.finish(keyOf('1'), 'reply');
  await outcomes.begin(keyOf('1'), 'file_save');
  expect(await outcomes.find(keyOf('1'))).toEqual({ type: 'file_save', reply: 'reply' });
});

test('of two users under the same ids neither finds, ends nor forgets the other’s request', async () => {
  const { outcomes } = storage;
  await outcomes.begin(keyOf('1'), 'file_save');
  expect(await outcomes.find(keyOf('1', 'bob'))).toBeNull();
  await outcomes.begin(keyOf('1', 'bob'), 'file_delete');
  await outcomes.finish(keyOf('1', 'bob'), 'reply');
  expect(await outcomes.find(keyOf('1'))).toEqual({ type: 'file_save', reply: null });
  await outcomes.forget(keyOf('1', 'bob'));
  expect(await outcomes.find(keyOf('1'))).not.toBeNull();
});

test('writes of one turn take effect in the order in which they were made', async () => {
  const { outcomes } = storage;
  await Promise.all([
    outcomes.begin(keyOf('1'), 'file_save'),
    outcomes.forget(keyOf('1')),
    outcomes.begin(keyOf('2'), 'file_save'),
  ]);
  expect(await outcomes.find(keyOf('1'))).toBeNull();
  expect(await outcomes.find(keyOf('2'))).not.toBeNull();
});

test('a reply that is said to be kept survives the end of the process', async () => {
  await storage.outcomes.begin(keyOf('1'), 'file_save');
  await storage.outcomes.finish(keyOf('1'), 'reply');
  const other = await openStorage({ directory });
  expect(await other.outcomes.find(keyOf('1'))).toMatchObject({ reply: 'reply' });
  await other.close();
});

test('one turn costs one commit, and when it fails nothing of it is there', async () => {
  const statements: string[] = [];
  const database = new Kysely<Record<string, never>>({
    dialect: nodeSqliteDialect(':memory:'),
    log: ({ query }) => void statements.push(query.sql),
  });
  await sql`create table noted (name text primary key)`.execute(database);
  const write = createWriteGroup(database);
  const note = (name: string) => write(sql`insert into noted values (${name})`.compile(database));
  statements.length = 0;
  await Promise.all([note('a'), note('b')]);
  expect(statements.filter((text) => text === 'commit')).toHaveLength(1);

  const outcomes = await Promise.allSettled([note('c'), note('a'), note('d')]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  const { rows } = await sql`select name from noted order by name`.execute(database);
  expect(rows).toEqual([{ name: 'a' }, { name: 'b' }]);

  await note('e');
  await expect(note('a')).rejects.toThrow('UNIQUE');
  await database.destroy();
});
