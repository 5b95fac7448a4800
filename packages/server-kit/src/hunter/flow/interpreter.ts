import type { Expression, FunctionForm, Program } from '../form/form.ts';
import type { Family } from '../languages.ts';
import { callValue } from './call.ts';
import { elementsOf, entryOf, withEntry } from './containers.ts';
import { evaluateForm, memberPath, type Evaluator } from './evaluate.ts';
import { execute, handlerMark } from './execute.ts';
import type { Observer } from './facts.ts';
import { javascriptLibrary } from './javascript-library.ts';
import { pythonLibrary } from './python-library.ts';
import { Scope } from './scope.ts';
import {
  constantValue,
  joinValues,
  taintedValue,
  unknownValue,
  type Closure,
  type Value,
} from './value.ts';

/** Calls of the file's own functions are followed this deep. */
const maxCallDepth = 3;

/** Expressions that are looked at before functions are no longer followed into. */
const followBudget = 60_000;

/** What {@link interpret} needs beside the program. */
export interface InterpretOptions {
  readonly family: Family;
  readonly source: string;
  readonly observer: Observer;
  /** Called now and then; throws to stop. */
  readonly checkpoint: () => void;
}

const silent: Observer = {
  call: () => {},
  assign: () => {},
  compare: () => {},
  element: () => {},
  mapping: () => {},
  returned: () => {},
};

/**
 * Follows a program along its branches with what is known of each value, and tells the observer of
 * calls and assignments as they may happen. Functions are followed where they are called, and once
 * more on their own, with parameters that anyone may have given.
 */
export function interpret(program: Program, options: InterpretOptions): void {
  const { family, source, observer, checkpoint } = options;
  const library = family === 'python' ? pythonLibrary : javascriptLibrary;
  const waiting: Closure[] = [];
  const seen = new Set<FunctionForm>();
  const active: FunctionForm[] = [];
  let steps = 0;
  let hushed = 0;

  const machine: Evaluator = {
    family,
    library,
    returns: [],
    jumps: [],
    evaluate,
    peek(form, scope) {
      hushed += 1;
      try {
        return evaluate(form, scope);
      } finally {
        hushed -= 1;
      }
    },
    bind,
    invoke,
    defer(closure) {
      if (hushed === 0) waiting.push(closure);
    },
    get current() {
      return active.at(-1);
    },
    get hushed() {
      return hushed > 0;
    },
    get isHurried() {
      return steps > followBudget;
    },
    get observer() {
      return hushed === 0 ? observer : silent;
    },
    quote(form) {
      const text = source.slice(form.start, form.end).replaceAll(/\s+/g, ' ');
      return text.length > 40 ? `${text.slice(0, 37)}...` : text;
    },
    call: (form, scope) => callValue(form, machine, scope),
  };

  const global = new Scope();
  execute(program.body, global, machine);
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) standAlone(next);

  function standAlone(closure: Closure): void {
    if (seen.has(closure.form)) return;
    seen.add(closure.form);
    const values = closure.form.parameters.map((parameter, position) => {
      const value = library.parameterValue(closure.form, parameter, position);
      return parameter.rest ? { ...value, rest: { ...value, rest: undefined } } : value;
    });
    run(closure, values, new Map());
  }

  function invoke(
    closure: Closure,
    values: readonly Value[],
    named: ReadonlyMap<string, Value> = new Map(),
  ): Value | undefined {
    const tooDeep = active.length >= maxCallDepth || active.includes(closure.form);
    if (tooDeep || machine.isHurried || hushed > 0) return undefined;
    return run(closure, values, named);
  }

  function run(
    closure: Closure,
    values: readonly Value[],
    named: ReadonlyMap<string, Value>,
  ): Value {
    const { form } = closure;
    const scope = new Scope(closure.scope);
    if (family === 'javascript') scope.set('this', { ...unknownValue, path: 'this' });
    for (const name of form.shared) scope.set(name, unknownValue);
    active.push(form);
    const outer = { returns: machine.returns, jumps: machine.jumps };
    machine.returns = [];
    machine.jumps = [];
    try {
      form.parameters.forEach((parameter, position) => {
        const { target, fallback, rest } = parameter;
        const byName = target.kind === 'name' ? named.get(target.name) : undefined;
        const isRequest =
          position === 0 && values[0]?.path === 'self' && closure.scope.owns(handlerMark);
        const given = isRequest
          ? { ...unknownValue, path: 'self.request' }
          : rest
            ? restOf(values, position)
            : (byName ?? values[position]);
        const value =
          given ?? (fallback === undefined ? unknownValue : machine.peek(fallback, closure.scope));
        bind(target, value, scope, true);
      });
      execute(form.body, scope, machine);
      const [first, ...others] = machine.returns;
      return first === undefined ? constantValue(null) : others.reduce(joinValues, first);
    } finally {
      active.pop();
      machine.returns = outer.returns;
      machine.jumps = outer.jumps;
    }
  }

  function restOf(values: readonly Value[], position: number): Value {
    const only = values[position];
    if (values.length === position + 1 && only?.rest !== undefined) return only;
    return { taints: [], unknown: false, sequence: values.slice(position) };
  }

  function evaluate(form: Expression, scope: Scope): Value {
    steps += 1;
    if (steps % 256 === 0) checkpoint();
    return evaluateForm(form, scope, machine);
  }

  function bind(target: Expression, value: Value, scope: Scope, declares: boolean): void {
    // A second look must not change what is already known.
    if (hushed > 0 && !declares) return;
    switch (target.kind) {
      case 'name':
        if (declares) scope.set(target.name, value);
        else scope.assign(target.name, value);
        return;
      case 'sequence':
        target.elements.forEach((element, position) => {
          if (element.kind === 'spread') {
            bind(
              element.operand,
              { ...elementsOf(value), rest: elementsOf(value) },
              scope,
              declares,
            );
          } else {
            bind(element, partOf(value, constantValue(position), element), scope, declares);
          }
        });
        return;
      case 'mapping':
        for (const entry of target.entries) {
          if (entry.key === undefined) {
            bind(entry.value, value, scope, declares);
            continue;
          }
          const key = machine.peek(entry.key, scope);
          bind(entry.value, partOf(value, key, entry.value), scope, declares);
        }
        return;
      case 'assign': {
        const fallback = machine.peek(target.value, scope);
        const isGiven =
          value.constants === undefined || value.constants.some((one) => one !== null);
        bind(target.target, isGiven ? joinValues(value, fallback) : fallback, scope, declares);
        return;
      }
      case 'member':
      case 'index': {
        const container = machine.peek(target.object, scope);
        const key =
          target.kind === 'member'
            ? constantValue(target.property)
            : machine.peek(target.index, scope);
        if (target.object.kind === 'name' && scope.get(target.object.name) === undefined) return;
        bind(target.object, withEntry(container, key, value), scope, false);
        return;
      }
      default:
    }
  }

  /** A part that a pattern takes: by its own name, so that imports and sources are recognised. */
  function partOf(value: Value, key: Value, at: Expression): Value {
    const found = entryOf(value, key);
    if (found !== undefined && value.path === undefined) return found;
    const name = key.constants?.[0];
    const path = typeof name === 'string' ? memberPath(value.path, name) : undefined;
    const source = path === undefined ? undefined : library.sourceOf(path);
    if (path !== undefined && source !== undefined) {
      return { ...taintedValue(source, path, at), path };
    }
    return found ?? { taints: value.taints, unknown: value.unknown, path };
  }
}
