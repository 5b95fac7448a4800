import type { Compilable, CompiledQuery } from 'kysely';

/** Where a prepared query takes a value. */
class Slot {
  readonly name: PropertyKey;

  constructor(name: PropertyKey) {
    this.name = name;
  }
}

/**
 * Compiles a query once for all its executions; to build its text anew costs more than to run it.
 *
 * @example
 * const byId = prepareQuery<{ id: string }, Row>((slot) =>
 *   database.selectFrom('rows').selectAll().where('id', '=', slot('id')),
 * );
 * await database.executeQuery(byId({ id: 'a' }));
 */
export function prepareQuery<Values extends object, Row = unknown>(
  build: (slot: <Name extends keyof Values>(name: Name) => Values[Name]) => Compilable<Row>,
): (values: Values) => CompiledQuery<Row> {
  // To the builder a slot is a value of the column's type like any other.
  const compiled = build(
    <Name extends keyof Values>(name: Name) => new Slot(name) as never,
  ).compile();
  return (values) => ({
    ...compiled,
    parameters: compiled.parameters.map((parameter) =>
      parameter instanceof Slot ? values[parameter.name as keyof Values] : parameter,
    ),
  });
}
