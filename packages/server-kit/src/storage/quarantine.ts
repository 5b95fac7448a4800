import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type { QuarantineRow, Schema } from './schema.ts';

/** Files that were taken out of a workspace, kept where no session and no run can reach them. */
export interface QuarantineStore {
  put(row: QuarantineRow, bytes: Uint8Array): Promise<void>;
  list(sessionId: string): Promise<QuarantineRow[]>;
  get(sessionId: string, id: string): Promise<{ row: QuarantineRow; bytes: Buffer } | null>;
  remove(sessionId: string, id: string): Promise<void>;
}

/**
 * Stores quarantined bytes as files of mode 0600 and what is known of them in the database.
 *
 * @param directory Folder outside of every workspace; made when it is missing.
 */
export function quarantineStore(database: Kysely<Schema>, directory: string): QuarantineStore {
  const fileOf = (id: string) => join(directory, id);
  return {
    async put(row, bytes) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await writeFile(fileOf(row.id), bytes, { mode: 0o600, flag: 'wx' });
      await database.insertInto('quarantine').values(row).execute();
    },
    list: (sessionId) =>
      database
        .selectFrom('quarantine')
        .selectAll()
        .where('session_id', '=', sessionId)
        .orderBy('quarantined_at')
        .execute(),
    async get(sessionId, id) {
      const row = await database
        .selectFrom('quarantine')
        .selectAll()
        .where('id', '=', id)
        .where('session_id', '=', sessionId)
        .executeTakeFirst();
      return row ? { row, bytes: await readFile(fileOf(row.id)) } : null;
    },
    async remove(sessionId, id) {
      const result = await database
        .deleteFrom('quarantine')
        .where('id', '=', id)
        .where('session_id', '=', sessionId)
        .executeTakeFirst();
      if (result.numDeletedRows === 1n) await rm(fileOf(id), { force: true });
    },
  };
}
