import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type { QuarantineRow, Schema } from './schema.ts';
import { createTurns, type TakeTurn } from './turns.ts';

/** A file that is about to be taken out of a workspace. */
export type NewQuarantineRow = Omit<QuarantineRow, 'state' | 'restored_by'>;

/**
 * Files that were taken out of a workspace, kept where no session and no run can reach them. An
 * entry outlives its restoring, without its bytes, so that a repeated request finds what it did.
 */
export interface QuarantineStore {
  /** Keeps a copy of a file that is still in its workspace. */
  copy(row: NewQuarantineRow, bytes: Uint8Array): Promise<void>;
  /** Notes that the file has left its workspace. */
  hold(sessionId: string, id: string): Promise<void>;
  /** Forgets a copy whose file stays where it is. */
  discard(sessionId: string, id: string): Promise<void>;
  /** Notes which effect has put the file back, and drops the copy; may be repeated. */
  release(sessionId: string, id: string, effectId: string): Promise<void>;
  /** What has not been restored, oldest first. */
  list(sessionId: string): Promise<QuarantineRow[]>;
  /** An entry, also one that has been restored. */
  find(sessionId: string, id: string): Promise<QuarantineRow | null>;
  /** The bytes of an entry that has not been restored. */
  read(id: string): Promise<Buffer>;
  /** Runs the steps of one request on an entry apart from those of another. */
  inTurn: TakeTurn;
}

/**
 * Stores quarantined bytes as files of mode 0600 and what is known of them in the database.
 *
 * @param directory Folder outside of every workspace; made when it is missing.
 */
export function quarantineStore(database: Kysely<Schema>, directory: string): QuarantineStore {
  const fileOf = (id: string) => join(directory, id);
  return {
    inTurn: createTurns(),
    async copy(row, bytes) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      // Replaces what a crash has left of the same copy. On disk before the original goes.
      await writeFile(fileOf(row.id), bytes, { mode: 0o600, flush: true });
      await database
        .insertInto('quarantine')
        .values({ ...row, state: 'copied', restored_by: null })
        .execute();
    },
    async hold(sessionId, id) {
      await database
        .updateTable('quarantine')
        .set({ state: 'held' })
        .where('id', '=', id)
        .where('session_id', '=', sessionId)
        .where('state', '=', 'copied')
        .execute();
    },
    async discard(sessionId, id) {
      await database
        .deleteFrom('quarantine')
        .where('id', '=', id)
        .where('session_id', '=', sessionId)
        .execute();
      await rm(fileOf(id), { force: true });
    },
    async release(sessionId, id, effectId) {
      await database
        .updateTable('quarantine')
        .set({ state: 'restored', restored_by: effectId })
        .where('id', '=', id)
        .where('session_id', '=', sessionId)
        .execute();
      await rm(fileOf(id), { force: true });
    },
    list: (sessionId) =>
      database
        .selectFrom('quarantine')
        .selectAll()
        .where('session_id', '=', sessionId)
        .where('state', '!=', 'restored')
        .orderBy('quarantined_at')
        .execute(),
    async find(sessionId, id) {
      const row = await database
        .selectFrom('quarantine')
        .selectAll()
        .where('id', '=', id)
        .where('session_id', '=', sessionId)
        .executeTakeFirst();
      return row ?? null;
    },
    read: (id) => readFile(fileOf(id)),
  };
}
