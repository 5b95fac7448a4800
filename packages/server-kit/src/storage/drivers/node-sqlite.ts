import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { SqliteDialect, type Dialect } from 'kysely';

// Node tells the columns of a statement only from 22.16 on.
const returnsRows = /^\s*(?:select|with|pragma|values|explain)\b|\breturning\b/i;

/**
 * Kysely dialect over Node's own SQLite, so that the embedded default needs no install.
 *
 * `synchronous=NORMAL` under WAL keeps every committed row over a kill of the process; only a loss
 * of power may drop the latest ones. What must outlive that stands in the audit log.
 *
 * @param file Path of the database, or `:memory:`.
 */
export function nodeSqliteDialect(file: string): Dialect {
  return new SqliteDialect({
    database: () => {
      const database = new DatabaseSync(file);
      database.exec(
        'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000;',
      );
      return Promise.resolve({
        close: () => database.close(),
        prepare(sql: string) {
          const statement = database.prepare(sql);
          return {
            reader: returnsRows.test(sql),
            all: (parameters: readonly unknown[]) => statement.all(...asInputs(parameters)),
            run: (parameters: readonly unknown[]) => statement.run(...asInputs(parameters)),
            iterate: (parameters: readonly unknown[]) => statement.iterate(...asInputs(parameters)),
          };
        },
      });
    },
  });
}

function asInputs(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters as SQLInputValue[];
}
