import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { SqliteDialect, type Dialect, type SqliteStatement } from 'kysely';

// Node tells the columns of a statement only from 22.16 on.
const returnsRows = /^\s*(?:select|with|pragma|values|explain)\b|\breturning\b/i;

/** Prepared statements that are kept; lists of values of many lengths would else pile up. */
const maxPrepared = 256;

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
      // The kit's queries are few and fixed, and preparing one costs more than running it.
      const prepared = new Map<string, SqliteStatement>();
      return Promise.resolve({
        close: () => database.close(),
        prepare(sql: string) {
          const statement = prepared.get(sql) ?? asStatement(database, sql);
          if (prepared.size < maxPrepared) prepared.set(sql, statement);
          return statement;
        },
      });
    },
  });
}

function asStatement(database: DatabaseSync, sql: string): SqliteStatement {
  const statement = database.prepare(sql);
  return {
    reader: returnsRows.test(sql),
    all: (parameters) => statement.all(...asInputs(parameters)),
    run: (parameters) => statement.run(...asInputs(parameters)),
    iterate: (parameters) => statement.iterate(...asInputs(parameters)),
  };
}

function asInputs(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters as SQLInputValue[];
}
