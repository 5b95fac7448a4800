import type {
  ClassStatement,
  FunctionForm,
  LoopStatement,
  Statement,
  SwitchStatement,
  TryStatement,
} from '../form/form.ts';
import { elementsOf } from './containers.ts';
import type { Observer } from './facts.ts';
import type { Machine } from './machine.ts';
import { foldCompare, isTruthy } from './fold.ts';
import { refine } from './refine.ts';
import { Scope } from './scope.ts';
import { constantsValue, harmlessValue, unknownValue, type Closure, type Value } from './value.ts';

/** What running statements keep beside the names. */
export interface Frame {
  /** What the running function has returned so far. */
  returns: Value[];
  /** The names as they were where the running loop or switch was left, innermost last. */
  jumps: ReadonlyMap<string, Value>[][];
  /** Whom to tell. */
  readonly observer: Observer;
  /** The function that runs; undefined outside of all. */
  readonly current: FunctionForm | undefined;
  /** Whether this is a second look, which changes and tells nothing. */
  readonly hushed: boolean;
  /** Whether so much was looked at that the rest is followed less closely. */
  readonly isHurried: boolean;
  /** Keeps a function to be followed on its own when the rest is done. */
  defer(closure: Closure): void;
}

/** A name that no program has, which marks the scope of a class whose methods answer requests. */
export const handlerMark = '<request handler>';

/** Runs statements in order; true where none of the ways through goes on after them. */
export function execute(
  statements: readonly Statement[],
  scope: Scope,
  machine: Machine & Frame,
): boolean {
  for (const statement of statements) {
    if (statement.kind === 'function') declare(statement.function, scope, machine);
  }
  return statements.some((statement) => executeOne(statement, scope, machine));
}

function declare(form: Closure['form'], scope: Scope, machine: Machine & Frame): void {
  const closure: Closure = { form, scope };
  machine.defer(closure);
  if (form.name !== undefined) scope.set(form.name, { ...harmlessValue, closure });
}

function executeOne(statement: Statement, scope: Scope, machine: Machine & Frame): boolean {
  switch (statement.kind) {
    case 'expression':
      return executeExpression(statement, scope, machine);
    case 'if':
      return executeIf(statement, scope, machine);
    case 'loop':
      return executeLoop(statement, scope, machine);
    case 'function':
      for (const decorator of statement.function.decorators) machine.evaluate(decorator, scope);
      for (const { fallback } of statement.function.parameters) {
        if (fallback !== undefined) machine.evaluate(fallback, scope);
      }
      return false;
    case 'class':
      executeClass(statement, scope, machine);
      return false;
    case 'return':
      executeReturn(statement, scope, machine);
      return true;
    case 'throw':
      if (statement.value !== undefined) machine.evaluate(statement.value, scope);
      return true;
    case 'try':
      return executeTry(statement, scope, machine);
    case 'import':
      for (const { local, path } of statement.bindings) {
        scope.set(local, { ...unknownValue, path });
      }
      return false;
    case 'switch':
      return executeSwitch(statement, scope, machine);
    case 'block':
      return execute(statement.body, scope, machine);
    case 'jump':
      machine.jumps.at(-1)?.push(scope.save());
      return true;
    case 'assert':
      machine.evaluate(statement.test, scope);
      refine(statement.test, true, scope, machine);
      return false;
  }
}

function executeReturn(
  statement: Statement & { kind: 'return' },
  scope: Scope,
  machine: Machine & Frame,
): void {
  if (statement.value === undefined) {
    machine.returns.push(harmlessValue);
    return;
  }
  const value = machine.evaluate(statement.value, scope);
  machine.returns.push(value);
  if (machine.current !== undefined) {
    machine.observer.returned(statement.value, value, machine.current);
  }
}

function executeExpression(
  statement: Statement & { kind: 'expression' },
  scope: Scope,
  machine: Machine & Frame,
): boolean {
  machine.evaluate(statement.expression, scope);
  const { expression } = statement;
  if (expression.kind !== 'call') return false;
  const { callee } = expression;
  if (callee.kind !== 'name' && callee.kind !== 'member') return false;
  const path = machine.peek(callee, scope).path;
  return path !== undefined && machine.library.exits(path);
}

function executeIf(
  statement: Statement & { kind: 'if' },
  scope: Scope,
  machine: Machine & Frame,
): boolean {
  const known = machine.evaluate(statement.test, scope).constants?.map(isTruthy);
  const may = (outcome: boolean): boolean => known === undefined || known.includes(outcome);
  const before = scope.save();
  let thenExits = true;
  if (may(true)) {
    refine(statement.test, true, scope, machine);
    thenExits = execute(statement.then, scope, machine);
    if (!may(false)) return thenExits;
  }
  const afterThen = scope.save();
  scope.restore(before);
  refine(statement.test, false, scope, machine);
  const otherwiseExits = execute(statement.otherwise, scope, machine);
  if (!thenExits) {
    if (otherwiseExits) scope.restore(afterThen);
    else scope.join(afterThen);
  }
  return thenExits && otherwiseExits;
}

function executeLoop(statement: LoopStatement, scope: Scope, machine: Machine & Frame): boolean {
  const { target, iterable, test, update, body } = statement;
  const list = iterable && machine.evaluate(iterable, scope);
  if (test !== undefined) {
    const known = machine.evaluate(test, scope).constants;
    if (known !== undefined && !known.some(isTruthy)) {
      return execute(statement.otherwise, scope, machine);
    }
  }
  machine.jumps.push([]);
  let previous = scope.save();
  // The second round sees what the first one left behind, as a value that is built up.
  const rounds = machine.isHurried ? 1 : 2;
  for (let round = 0; round < rounds; round += 1) {
    if (target !== undefined) {
      machine.bind(target, list === undefined ? unknownValue : elementsOf(list), scope, true);
    }
    if (test !== undefined) refine(test, true, scope, machine);
    const exits = execute(body, scope, machine);
    if (!exits && update !== undefined) machine.evaluate(update, scope);
    if (exits) scope.restore(previous);
    else scope.join(previous);
    if (round === rounds - 1) widen(scope, previous);
    else previous = scope.save();
  }
  for (const state of machine.jumps.pop() ?? []) scope.join(state);
  if (test !== undefined) refine(test, false, scope, machine);
  execute(statement.otherwise, scope, machine);
  return false;
}

/** A constant that still changes in the second round will change in the third. */
function widen(scope: Scope, previous: ReadonlyMap<string, Value>): void {
  for (const [name, value] of scope.save()) {
    const before = previous.get(name);
    if (value.constants === undefined || before?.constants === undefined) continue;
    if (value.constants.length === before.constants.length) continue;
    const isText = value.constants.some((constant) => typeof constant === 'string');
    scope.set(name, isText ? { ...unknownValue, text: value.text } : harmlessValue);
  }
}

function executeClass(statement: ClassStatement, scope: Scope, machine: Machine & Frame): void {
  const bases = statement.bases.map((base) => machine.evaluate(base, scope));
  const inner = new Scope(scope);
  // The handler of Python's own server is the request: its path and headers are the client's.
  if (bases.some((base) => /HTTPRequestHandler$/.test(base.path ?? ''))) {
    inner.set(handlerMark, harmlessValue);
  }
  execute(statement.body, inner, machine);
  if (statement.name !== undefined) {
    scope.set(statement.name, { ...harmlessValue, entries: inner.save(), path: statement.name });
  }
}

function executeTry(statement: TryStatement, scope: Scope, machine: Machine & Frame): boolean {
  const before = scope.save();
  const bodyExits = execute(statement.body, scope, machine);
  const afterBody = scope.save();
  const otherwiseExits = bodyExits || execute(statement.otherwise, scope, machine);
  const ends: ReadonlyMap<string, Value>[] = otherwiseExits ? [] : [scope.save()];
  for (const handler of statement.handlers) {
    // The failure may have come at any point of the body.
    scope.restore(before);
    scope.join(afterBody);
    if (handler.name !== undefined) scope.set(handler.name, unknownValue);
    if (handler.type !== undefined) machine.evaluate(handler.type, scope);
    if (!execute(handler.body, scope, machine)) ends.push(scope.save());
  }
  const [first, ...others] = ends;
  scope.restore(first ?? afterBody);
  for (const end of others) scope.join(end);
  return execute(statement.finalizer, scope, machine) || first === undefined;
}

function executeSwitch(
  statement: SwitchStatement,
  scope: Scope,
  machine: Machine & Frame,
): boolean {
  const subject = machine.evaluate(statement.subject, scope);
  const tests = statement.cases.map((one) => one.tests?.map((test) => machine.peek(test, scope)));
  const chosen = chosenCase(subject, tests, machine);
  const before = scope.save();
  const ends: ReadonlyMap<string, Value>[] = [];
  const collectsJumps = statement.fallsThrough;
  if (collectsJumps) machine.jumps.push([]);
  const hasDefault = tests.includes(undefined);
  const starts = chosen === undefined ? statement.cases.map((_, index) => index) : [chosen];
  for (const start of starts) {
    if (start < 0) continue;
    scope.restore(before);
    const constants = tests[start]?.map((test) => test.constants);
    if (statement.subject.kind === 'name' && constants?.every((one) => one !== undefined)) {
      scope.assign(statement.subject.name, constantsValue(constants.flat()));
    }
    const bodies = statement.cases.slice(start, collectsJumps ? undefined : start + 1);
    if (!bodies.some((one) => execute(one.body, scope, machine))) ends.push(scope.save());
  }
  if (collectsJumps) ends.push(...(machine.jumps.pop() ?? []));
  const noneMayMatch = chosen === -1 || (chosen === undefined && !hasDefault);
  if (noneMayMatch) ends.push(before);
  const [first, ...others] = ends;
  scope.restore(first ?? before);
  for (const end of others) scope.join(end);
  return first === undefined;
}

/** The only case that can be taken; -1 where none can, undefined where it is not known. */
function chosenCase(
  subject: Value,
  tests: readonly (readonly Value[] | undefined)[],
  machine: Machine,
): number | undefined {
  const [constant] = subject.constants ?? [];
  if (constant === undefined || subject.constants?.length !== 1) return undefined;
  const operator = machine.family === 'python' ? '==' : '===';
  for (const [index, values] of tests.entries()) {
    for (const value of values ?? []) {
      if (value.constants === undefined) return undefined;
      const equal = value.constants.map((test) => foldCompare(operator, constant, test));
      if (equal.every((one) => one === true)) return index;
      if (!equal.every((one) => one === false)) return undefined;
    }
  }
  return tests.indexOf(undefined);
}
