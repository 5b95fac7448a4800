import { replace, type FixPlan } from '../fixes/edit.ts';
import { piecesOf } from '../fixes/pieces.ts';
import { argumentOf, type CallFact } from '../flow/facts.ts';
import { hole, type Value } from '../flow/value.ts';
import type { Expression } from '../form/form.ts';
import { judge, type Hits, type Rule, type RuleContext } from './rule.ts';

const pythonMethods =
  /(?:^|\.)(?:execute|executemany|executescript|execute_async|raw|read_sql|read_sql_query|fetch_all|fetch_one|fetchrow|fetchval|mogrify|copy_expert|run_query|RawSQL|text|exec_driver_sql|extra)$/;
const javascriptMethods =
  /(?:^|\.)(?:query|execute|raw|exec|run|all|get|each|\$queryRawUnsafe|\$executeRawUnsafe|whereRaw|orderByRaw|havingRaw|prepare|literal)$/;
/** Names that only databases have, so that any text given to them is SQL. */
const certain =
  /(?:^|\.)(?:executemany|executescript|mogrify|RawSQL|exec_driver_sql|\$queryRawUnsafe|\$executeRawUnsafe|whereRaw|orderByRaw|havingRaw|read_sql_query)$/;
const handle =
  /cur|cursor|conn|db|database|session|engine|sql|pool|client|knex|sequelize|query|mysql|pg|transaction|trx|objects/i;

/** A statement begins with a verb and goes on as a statement does, unlike English. */
const statement =
  /^[\s(]*(?:select\b[^]*\bfrom\b|select\s+\S|insert\s+(?:or\s+\w+\s+)?into\b|update\s+\S+\s+set\b|delete\s+from\b|(?:create|drop|alter|truncate)\s+(?:table|database|view|index|user|schema)|replace\s+into\b|merge\s+into\b|with\s+\S+\s+as\s*\(|exec(?:ute)?\s+\w|call\s+\w|pragma\s|grant\s|union\s+select|attach\s|vacuum\b|show\s+tables|set\s+\w+\s*=)/i;

/** A statement is put together from text that others decide. */
export const sqlInjection: Rule = {
  id: 'sql-injection',
  cwe: 'CWE-89',
  families: ['python', 'javascript'],
  needs: {
    python: [
      [
        'execute',
        /\b(?:raw|text|extra)\b/,
        'read_sql',
        'fetch',
        'mogrify',
        'copy_expert',
        'run_query',
        'RawSQL',
        'exec_driver_sql',
      ],
    ],
    javascript: [
      [/\b(?:query|execute|raw|exec|run|all|get|each|prepare|literal)\b|Raw(?:Unsafe)?\b/],
    ],
  },
  call(fact, context): Hits {
    if (fact.isLocal) return undefined;
    const methods = context.family === 'python' ? pythonMethods : javascriptMethods;
    if (!methods.test(fact.path)) return undefined;
    const argument = argumentOf(
      fact,
      0,
      'sql',
      'query',
      'statement',
      'operation',
      'where',
      'values',
    );
    if (argument === undefined) return undefined;
    const { value } = argument;
    const { evidence, who, severity, confidence } = judge(value, 'sql', this.cwe);
    if (evidence === 'clean' || evidence === 'constant') return undefined;
    const written = value.text ?? '';
    const isStatement = statement.test(written);
    const isHandle =
      certain.test(fact.path) ||
      handle.test(receiverText(fact, context)) ||
      /^(?:sqlite3|psycopg2|pymysql|MySQLdb|mysql|mysql2|pg|better-sqlite3|sqlite3|sequelize|knex|asyncpg)\./.test(
        fact.path,
      );
    const isBuilt = written.includes(hole) && written !== hole;
    const isWholeInput = evidence === 'input' && isHandle;
    if (!isStatement && !(isBuilt && isHandle) && !isWholeInput) return undefined;
    const message = `The SQL statement contains ${who}. Put a placeholder there and pass the value as a parameter.`;
    const fix = parameterFix(fact, argument.form, value, context);
    switch (evidence) {
      case 'input':
        return {
          message,
          severity,
          confidence: isStatement || certain.test(fact.path) ? confidence : 0.7,
          fix,
        };
      case 'local':
        return { message, severity, confidence: isStatement ? confidence : 0.5, fix };
      case 'unresolved':
        return { message, severity: 'high', confidence: isStatement ? 0.7 : 0.5, fix };
      case 'argument':
        return { message, severity: 'medium', confidence: isStatement ? 0.6 : 0.4, fix };
      case 'dynamic':
        return { message, severity: isStatement ? 'medium' : 'low', confidence: 0.4, fix };
    }
  },
};

function receiverText(fact: CallFact, context: RuleContext): string {
  return fact.receiverForm === undefined ? '' : context.text(fact.receiverForm);
}

/** The mark that a library puts where a parameter goes; undefined where the library is not known. */
function placeholderOf(
  fact: CallFact,
  context: RuleContext,
): ((position: number) => string) | undefined {
  if (/^(?:psycopg2|pymysql|MySQLdb|mysql)\b/.test(fact.path)) return () => '%s';
  if (/^pg\b/.test(fact.path)) return (position) => `$${position + 1}`;
  if (/^(?:sqlite3|better-sqlite3|mysql2)\b/.test(fact.path)) return () => '?';
  return context.family === 'python' &&
    /\.execute$/.test(fact.path) &&
    !/objects|session|engine/.test(fact.path)
    ? () => '?'
    : undefined;
}

/** Turns a text that is built in place from plain values into a statement with parameters. */
function parameterFix(
  fact: CallFact,
  form: Expression,
  value: Value,
  context: RuleContext,
): FixPlan | undefined {
  const mark = placeholderOf(fact, context);
  const isExecute = /\.(?:execute|query)$/.test(fact.path);
  if (mark === undefined || !isExecute || fact.arguments.length !== 1) return undefined;
  const pieces = piecesOf(form, context.source);
  if (pieces === undefined || value.text === undefined) return undefined;
  let sql = '';
  const parameters: string[] = [];
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      sql += piece;
      continue;
    }
    sql += mark(parameters.length);
    parameters.push(context.text(piece));
  }
  if (parameters.length === 0) return undefined;
  // Quotes around a value were part of its spelling; a parameter carries none.
  sql = sql.replaceAll(/'(\?|%s|\$\d+)'/g, '$1');
  const written = /["']/.exec(context.text(form))?.[0] ?? '"';
  const quote = sql.includes(written) ? (written === '"' ? "'" : '"') : written;
  if (sql.includes(quote) || !isPlainStatement(sql)) return undefined;
  const list =
    context.family === 'python'
      ? `(${parameters.join(', ')}${parameters.length === 1 ? ',' : ''})`
      : `[${parameters.join(', ')}]`;
  return {
    tier: 'propose',
    description: 'Pass the values as parameters of the statement',
    edits: [replace(form, `${quote}${sql}${quote}, ${list}`)],
  };
}

/** Only values can be parameters: a mark must stand after a comparison, in a list or a limit. */
function isPlainStatement(sql: string): boolean {
  if (/[\\\n\r\0]/.test(sql)) return false;
  const marks = [...sql.matchAll(/\?|%s|\$\d+/g)];
  return marks.every(
    (match) =>
      /(?:=|<|>|\blike|\blimit|\bvalues\s*\(|,|\(|\band)\s*$/i.test(sql.slice(0, match.index)) &&
      /^\s*(?:$|[,;)]|and\b|or\b|order\b|group\b|limit\b|where\b|union\b)/i.test(
        sql.slice(match.index + match[0].length),
      ),
  );
}
