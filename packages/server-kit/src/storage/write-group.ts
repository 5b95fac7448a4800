import type { CompiledQuery, Kysely } from 'kysely';

/** Runs a statement that gives no rows; resolves when it is committed. */
export type WriteInGroup = (query: CompiledQuery) => Promise<void>;

interface WaitingWrite {
  readonly query: CompiledQuery;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Commits what is written in one turn of the event loop together, in the order of the calls: a
 * commit costs several times what a statement does. When one fails, all of its group do.
 */
export function createWriteGroup<Schema>(database: Kysely<Schema>): WriteInGroup {
  let waiting: WaitingWrite[] = [];

  return (query) =>
    new Promise((resolve, reject) => {
      waiting.push({ query, resolve, reject });
      // A tick comes when no promise is left to go on, so those that wait for one event are all here.
      if (waiting.length === 1) process.nextTick(() => void commit());
    });

  async function commit(): Promise<void> {
    const group = waiting;
    waiting = [];
    try {
      const [only, ...others] = group;
      if (only && others.length === 0) await database.executeQuery(only.query);
      else await commitAll(group);
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    for (const { resolve } of group) resolve();
  }

  function commitAll(group: readonly WaitingWrite[]): Promise<void> {
    return database.transaction().execute(async (transaction) => {
      for (const { query } of group) await transaction.executeQuery(query);
    });
  }
}
