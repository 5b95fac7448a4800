import type {
  AssignForm,
  BinaryForm,
  CallForm,
  Expression,
  LogicalForm,
  MemberForm,
  SumForm,
} from '../form/form.ts';
import { elementsOf, entryOf } from './containers.ts';
import type { Frame } from './execute.ts';
import { foldAll, foldBinary, foldCompare, isTruthy } from './fold.ts';
import { formatPercent } from './format.ts';
import type { Machine } from './machine.ts';
import { refine } from './refine.ts';
import { Scope } from './scope.ts';
import {
  concatenate,
  constantOf,
  constantsValue,
  constantValue,
  contentsOf,
  harmlessValue,
  joinValues,
  mergeTaints,
  taintedValue,
  textOf,
  unknownValue,
  type Value,
} from './value.ts';

/** The machine as evaluation needs it. */
export type Evaluator = Machine & Frame & { call(form: CallForm, scope: Scope): Value };

/** Objects whose properties are the global names themselves. */
const globalObjects = new Set(['window', 'globalThis', 'self', 'global', 'parent', 'top']);

/** Finds what is known of an expression's value, and tells the observer of what happens on the way. */
export function evaluateForm(form: Expression, scope: Scope, machine: Evaluator): Value {
  switch (form.kind) {
    case 'literal':
      return constantValue(form.value);
    case 'regex':
      return { ...harmlessValue, pattern: form.pattern, path: 'RegExp()' };
    case 'template':
      return concatenate(form.parts.map((part) => machine.evaluate(part, scope)));
    case 'name':
      return nameValue(form.name, form, scope, machine);
    case 'member':
      return memberValue(form, machine.evaluate(form.object, scope), machine);
    case 'index':
      return indexValue(form, scope, machine);
    case 'slice':
      return sliceValue(form, scope, machine);
    case 'call':
      return machine.call(form, scope);
    case 'binary':
      return binaryValue(form, scope, machine);
    case 'sum':
      return sumValue(form, scope, machine);
    case 'compare': {
      const left = machine.evaluate(form.left, scope);
      const right = machine.evaluate(form.right, scope);
      machine.observer.compare(form, left, right);
      const constants = foldAll(left.constants, right.constants, (one, other) =>
        foldCompare(form.operator, one, other),
      );
      return constants === undefined ? harmlessValue : constantsValue(constants);
    }
    case 'logical':
      return logicalValue(form, scope, machine);
    case 'unary': {
      const operand = machine.evaluate(form.operand, scope);
      if (form.operator === 'not') {
        const constants = operand.constants?.map((one) => !isTruthy(one));
        return constants === undefined ? harmlessValue : constantsValue([...new Set(constants)]);
      }
      const constant = constantOf(operand);
      return form.operator === '-' && typeof constant === 'number'
        ? constantValue(-constant)
        : harmlessValue;
    }
    case 'conditional':
      return conditionalValue(form, scope, machine);
    case 'sequence':
      return sequenceValue(form.elements, scope, machine);
    case 'mapping':
      return mappingValue(form, scope, machine);
    case 'spread':
      return elementsOf(machine.evaluate(form.operand, scope));
    case 'function': {
      const closure = { form: form.function, scope };
      machine.defer(closure);
      return { ...harmlessValue, closure };
    }
    case 'assign':
      return assignValue(form, scope, machine);
    case 'comprehension': {
      const inner = new Scope(scope);
      for (const { target, iterable } of form.clauses) {
        machine.bind(target, elementsOf(machine.evaluate(iterable, inner)), inner, true);
      }
      for (const condition of form.conditions) {
        machine.evaluate(condition, inner);
        refine(condition, true, inner, machine);
      }
      return { taints: [], unknown: false, rest: machine.evaluate(form.element, inner) };
    }
    case 'comma': {
      const values = form.expressions.map((part) => machine.evaluate(part, scope));
      return values.at(-1) ?? unknownValue;
    }
    case 'element': {
      const attributes = new Map(
        form.attributes.map(({ name, value }) => [name, machine.evaluate(value, scope)]),
      );
      for (const part of form.children) machine.evaluate(part, scope);
      machine.observer.element(form, attributes);
      return harmlessValue;
    }
    case 'opaque': {
      const values = form.children.map((part) => machine.evaluate(part, scope));
      return { taints: mergeTaints(values), unknown: true };
    }
  }
}

function nameValue(name: string, form: Expression, scope: Scope, machine: Evaluator): Value {
  const known = scope.get(name);
  if (known !== undefined) return known;
  const source = machine.library.sourceOf(name);
  if (source !== undefined) {
    return { ...taintedValue(source, name, form), path: name };
  }
  if (machine.library.isBuiltin(name)) return { ...unknownValue, path: name };
  // A name that a star import may have brought is no one's in particular.
  if (scope.get('*') !== undefined) return { ...unknownValue, path: name };
  return { ...taintedValue('unresolved', name, form), path: name };
}

/** The value of a property of an object. */
export function memberValue(form: MemberForm, object: Value, machine: Evaluator): Value {
  const { property } = form;
  const known = object.entries?.get(property);
  if (known !== undefined) return known;
  const path = memberPath(object.path, property);
  const source = path === undefined ? undefined : machine.library.sourceOf(path);
  if (source !== undefined) {
    return { ...taintedValue(source, machine.quote(form), form), path };
  }
  if (machine.family === 'javascript' && property === 'length') {
    const text = textOf(object);
    if (text !== undefined) return constantValue(text.length);
    return object.sequence !== undefined && object.rest === undefined
      ? constantValue(object.sequence.length)
      : harmlessValue;
  }
  // An own object without the property is not suspicious for what its other properties hold.
  const inherits = object.entries === undefined || object.rest !== undefined;
  return {
    taints: inherits ? mergeTaints([object, object.rest ?? harmlessValue]) : object.taints,
    unknown: true,
    path,
  };
}

/** The name of a property, where its object has one. */
export function memberPath(path: string | undefined, property: string): string | undefined {
  if (path === undefined) return undefined;
  if (globalObjects.has(path)) return path === 'self' ? `self.${property}` : property;
  // `fs.promises.readFile` does what `fs.readFile` does.
  if (property === 'promises' && path === 'fs') return path;
  if (property === 'default') return path;
  return `${path}.${property}`;
}

function indexValue(form: Expression & { kind: 'index' }, scope: Scope, machine: Evaluator): Value {
  const object = machine.evaluate(form.object, scope);
  const key = machine.evaluate(form.index, scope);
  const found = entryOf(object, key);
  const name = textOf(key);
  const path =
    object.path === undefined
      ? undefined
      : name !== undefined && /^[A-Za-z_]\w*$/.test(name) && machine.family === 'javascript'
        ? memberPath(object.path, name)
        : `${object.path}[]`;
  // What was stored or checked under this very key is known better than the object as a whole.
  const isExact = found !== undefined && object.entries?.get(String(constantOf(key))) === found;
  if (found !== undefined && (isExact || object.taints.length === 0)) return found;
  const source = path === undefined ? undefined : machine.library.sourceOf(path);
  if (source !== undefined) {
    return { ...taintedValue(source, machine.quote(form), form), path };
  }
  if (found !== undefined)
    return { ...found, taints: mergeTaints([found, object]), constants: undefined };
  return { taints: object.taints, unknown: object.taints.length === 0, path };
}

function sliceValue(form: Expression & { kind: 'slice' }, scope: Scope, machine: Evaluator): Value {
  const object = machine.evaluate(form.object, scope);
  const [from, to] = [form.from, form.to].map((bound) =>
    bound === undefined ? undefined : machine.evaluate(bound, scope),
  );
  const [start, end] = [constantOf(from ?? constantValue(0)), to && constantOf(to)];
  const known = typeof start === 'number' && (to === undefined || typeof end === 'number');
  const stop = typeof end === 'number' ? end : undefined;
  if (!known) return { taints: object.taints, unknown: object.unknown, rest: contentsOf(object) };
  const text = textOf(object);
  if (text !== undefined) return constantValue(text.slice(start, stop));
  if (object.sequence !== undefined) {
    return { ...object, sequence: object.sequence.slice(start, stop) };
  }
  return { taints: object.taints, unknown: object.unknown, rest: object.rest };
}

function binaryValue(form: BinaryForm, scope: Scope, machine: Evaluator): Value {
  const left = machine.evaluate(form.left, scope);
  const right = machine.evaluate(form.right, scope);
  const constants = foldAll(left.constants, right.constants, (one, other) =>
    foldBinary(form.operator, one, other, machine.family),
  );
  if (constants !== undefined) return constantsValue(constants);
  const format = left.text;
  if (form.operator === '%' && machine.family === 'python' && format !== undefined) {
    return formatPercent(format, right);
  }
  if (machine.family === 'python' && form.operator === '*') {
    const contents = contentsOf(left);
    if (contents !== undefined) return { taints: [], unknown: false, rest: contents };
    if (left.constants !== undefined) return harmlessValue;
  }
  // Python joins paths by `/` and repeats text by `*`; the rest gives numbers.
  const isText = machine.family === 'python' && /^[/*%|]$/.test(form.operator);
  return isText
    ? {
        taints: mergeTaints([left, right]),
        unknown: left.unknown || right.unknown,
        path: left.path,
      }
    : harmlessValue;
}

function sumValue(form: SumForm, scope: Scope, machine: Evaluator): Value {
  const values = form.operands.map((operand) => machine.evaluate(operand, scope));
  if (values.every((value) => value.constants?.every((one) => typeof one === 'number'))) {
    const constants = values
      .map((value) => value.constants)
      .reduce<readonly (string | number | boolean | null)[] | undefined>(
        (left, right) => foldAll(left, right, (one, other) => Number(one) + Number(other)),
        [0],
      );
    return constants === undefined ? harmlessValue : constantsValue(constants);
  }
  if (values.some((value) => value.sequence !== undefined || value.rest !== undefined)) {
    const sequences = values.map((value) => value.sequence);
    if (sequences.every((one) => one !== undefined)) {
      return { taints: mergeTaints(values), unknown: false, sequence: sequences.flat() };
    }
    return {
      taints: mergeTaints(values),
      unknown: true,
      rest: values.map(elementsOf).reduce(joinValues),
    };
  }
  return concatenate(values);
}

function logicalValue(form: LogicalForm, scope: Scope, machine: Evaluator): Value {
  const left = machine.evaluate(form.left, scope);
  const outcomes = left.constants?.map(isTruthy);
  const goesOn = (outcome: boolean): boolean => (form.operator === 'and' ? outcome : !outcome);
  if (outcomes !== undefined && form.operator !== 'nullish' && !outcomes.some(goesOn)) return left;
  const before = scope.save();
  if (form.operator !== 'nullish') refine(form.left, form.operator === 'and', scope, machine);
  const right = machine.evaluate(form.right, scope);
  scope.restore(before);
  if (outcomes?.every(goesOn)) return right;
  return joinValues(left, right);
}

function conditionalValue(
  form: Expression & { kind: 'conditional' },
  scope: Scope,
  machine: Evaluator,
): Value {
  const outcomes = machine.evaluate(form.test, scope).constants?.map(isTruthy);
  const branch = (holds: boolean, part: Expression): Value | undefined => {
    if (outcomes !== undefined && !outcomes.includes(holds)) return undefined;
    const before = scope.save();
    refine(form.test, holds, scope, machine);
    const value = machine.evaluate(part, scope);
    scope.restore(before);
    return value;
  };
  const [then, otherwise] = [branch(true, form.then), branch(false, form.otherwise)];
  if (then === undefined) return otherwise ?? unknownValue;
  return otherwise === undefined ? then : joinValues(then, otherwise);
}

function sequenceValue(elements: readonly Expression[], scope: Scope, machine: Evaluator): Value {
  const sequence: Value[] = [];
  let rest: Value | undefined;
  for (const element of elements) {
    const value =
      element.kind === 'spread'
        ? machine.evaluate(element.operand, scope)
        : machine.evaluate(element, scope);
    if (element.kind !== 'spread') sequence.push(value);
    else if (value.sequence !== undefined && value.rest === undefined)
      sequence.push(...value.sequence);
    else rest = rest === undefined ? elementsOf(value) : joinValues(rest, elementsOf(value));
  }
  return { taints: [], unknown: false, sequence, rest };
}

function mappingValue(
  form: Expression & { kind: 'mapping' },
  scope: Scope,
  machine: Evaluator,
): Value {
  const entries = new Map<string, Value>();
  let rest: Value | undefined;
  for (const entry of form.entries) {
    const value = machine.evaluate(entry.value, scope);
    const key = entry.key && constantOf(machine.evaluate(entry.key, scope));
    if (entry.key !== undefined && key !== undefined) {
      entries.set(String(key), value);
      continue;
    }
    if (entry.key === undefined) {
      for (const [name, inner] of value.entries ?? []) entries.set(name, inner);
      if (value.entries !== undefined && value.rest === undefined) continue;
    }
    const other = entry.key === undefined ? elementsOf(value) : value;
    rest = rest === undefined ? other : joinValues(rest, other);
  }
  machine.observer.mapping(form, entries);
  return { taints: [], unknown: false, entries, rest };
}

function assignValue(form: AssignForm, scope: Scope, machine: Evaluator): Value {
  const given = machine.evaluate(form.value, scope);
  const value =
    form.operator === '=' || form.operator === '' ? given : augmented(form, given, scope, machine);
  const { target } = form;
  const receiver =
    target.kind === 'member' || target.kind === 'index'
      ? machine.peek(target.object, scope)
      : undefined;
  const name = targetName(target, scope, machine);
  const path = receiver?.path === undefined ? name : (memberPath(receiver.path, name) ?? name);
  machine.observer.assign({ form, value, path, name, receiver });
  const isCheck = /^(?:compare|call|logical|unary)$/.test(form.value.kind);
  if (machine.hushed) return value;
  machine.bind(
    target,
    isCheck && target.kind === 'name' ? { ...value, condition: form.value } : value,
    scope,
    form.declares,
  );
  return value;
}

function augmented(form: AssignForm, given: Value, scope: Scope, machine: Evaluator): Value {
  const current = machine.peek(form.target, scope);
  if (/^(?:\|\||&&|\?\?)$/.test(form.operator)) return joinValues(current, given);
  if (form.operator === '+') {
    const numbers = foldAll(current.constants, given.constants, (left, right) =>
      typeof left === 'number' && typeof right === 'number' ? left + right : undefined,
    );
    if (numbers !== undefined) return constantsValue(numbers);
    if (current.sequence !== undefined || current.rest !== undefined) {
      const element = elementsOf(given);
      return {
        ...current,
        rest: current.rest === undefined ? element : joinValues(current.rest, element),
      };
    }
    return concatenate([current, given]);
  }
  if (form.operator === '%' && machine.family === 'python' && current.text !== undefined) {
    return formatPercent(current.text, given);
  }
  const constants = foldAll(current.constants, given.constants, (left, right) =>
    foldBinary(form.operator, left, right, machine.family),
  );
  return constants === undefined
    ? { taints: mergeTaints([current, given]), unknown: true }
    : constantsValue(constants);
}

function targetName(target: Expression, scope: Scope, machine: Evaluator): string {
  if (target.kind === 'name') return target.name;
  if (target.kind === 'member') return target.property;
  if (target.kind === 'index') return textOf(machine.peek(target.index, scope)) ?? '';
  return '';
}
