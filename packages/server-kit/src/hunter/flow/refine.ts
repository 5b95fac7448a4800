import type { CompareForm, Expression } from '../form/form.ts';
import type { Machine } from './machine.ts';
import type { Scope } from './scope.ts';
import {
  cleaned,
  constantsValue,
  contentsOf,
  hazards,
  taintsWithin,
  textOf,
  textsIn,
  type Hazard,
  type Value,
} from './value.ts';

/** Names of collections that a host allows values from. */
const allowListName =
  /allow|permit|white|valid|safe|known|accept|trusted|choices|supported|^[A-Z][A-Z0-9_]+$/i;

/** Names of functions that say whether a value is acceptable. */
const checkName = /valid|allow|permit|safe|trusted|white_?list|verif|is_?(?:local|internal)/i;

/** Methods of text that hold only where no character can do harm. */
const harmlessText = new Set([
  'isdigit',
  'isnumeric',
  'isdecimal',
  'isalnum',
  'isalpha',
  'isidentifier',
]);

/** Hazards that a check of a host or of a leading part settles. */
const locationHazards: readonly Hazard[] = ['url', 'path', 'header'];

/**
 * Notes in the scope what a condition says of the values in it, where it holds or fails: that a name
 * is one of an allow-list, matches a pattern, equals a constant.
 */
export function refine(
  test: Expression,
  holds: boolean,
  scope: Scope,
  machine: Machine,
  follows = true,
): void {
  switch (test.kind) {
    case 'unary':
      if (test.operator === 'not') refine(test.operand, !holds, scope, machine, follows);
      return;
    case 'logical':
      // Of a failed `and`, or a `or` that holds, either side may be the reason.
      if ((test.operator === 'and') !== holds) return;
      refine(test.left, holds, scope, machine, follows);
      refine(test.right, holds, scope, machine, follows);
      return;
    case 'compare':
      refineCompare(test, holds, scope, machine);
      return;
    case 'call':
      refineCall(test, holds, scope, machine);
      return;
    case 'name': {
      // A condition may speak of the very name that holds it, as `x = x or y`, so it is followed once.
      const { condition } = scope.get(test.name) ?? {};
      if (follows && condition !== undefined) refine(condition, holds, scope, machine, false);
      return;
    }
    default:
  }
}

function refineCompare(test: CompareForm, holds: boolean, scope: Scope, machine: Machine): void {
  const { operator, left, right } = test;
  const isEqual = /^(?:===?|is)$/.test(operator);
  const isUnequal = /^(?:!==?|is not)$/.test(operator);
  if (operator === 'in' || operator === 'not in') {
    if ((operator === 'in') === holds) {
      if (isAllowList(right, scope, machine)) settle(left, scope, machine, hazards);
    } else if (textOf(machine.peek(left, scope)) === '..') {
      settle(right, scope, machine, ['path']);
    }
    return;
  }
  // `list.indexOf(x) !== -1`, `>= 0` and `> -1` are the older spellings of includes.
  if (left.kind === 'call' && isFound(test, holds, scope, machine)) {
    refineCall(left, true, scope, machine);
    return;
  }
  if ((isEqual && holds) || (isUnequal && !holds)) {
    equate(left, right, scope, machine);
    equate(right, left, scope, machine);
  }
}

/** Whether a comparison of an `indexOf` says that the element is there. */
function isFound(test: CompareForm, holds: boolean, scope: Scope, machine: Machine): boolean {
  if (test.left.kind !== 'call' || test.left.callee.kind !== 'member') return false;
  if (!/^(?:indexOf|find|search)$/.test(test.left.callee.property)) return false;
  const [bound] = machine.peek(test.right, scope).constants ?? [];
  const absent = bound === -1 && /^(?:===?)$/.test(test.operator);
  const present =
    (bound === -1 && /^(?:!==?|>)$/.test(test.operator)) || (bound === 0 && test.operator === '>=');
  return (present && holds) || (absent && !holds);
}

function equate(subject: Expression, other: Expression, scope: Scope, machine: Machine): void {
  const value = machine.peek(other, scope);
  if (value.constants === undefined) {
    // `commonpath([base, path]) == base` and its like compare with what is not suspicious.
    if (subject.kind === 'call' && taintsWithin(value).length === 0) {
      settle(subject, scope, machine, locationHazards);
    }
    return;
  }
  if (subject.kind === 'name') scope.assign(subject.name, constantsValue(value.constants));
  else if (value.constants.every((constant) => typeof constant === 'string')) {
    settle(subject, scope, machine, locationHazards);
  }
}

function refineCall(
  test: Expression & { kind: 'call' },
  holds: boolean,
  scope: Scope,
  machine: Machine,
): void {
  const { callee } = test;
  const subject = test.arguments[0]?.value;
  if (callee.kind === 'member') {
    const { object, property } = callee;
    if (holds && harmlessText.has(property)) settle(object, scope, machine, hazards);
    if (holds && /^(?:is_relative_to|starts_?with)$/i.test(property) && subject !== undefined) {
      if (isAnchor(machine.peek(subject, scope))) settle(object, scope, machine, locationHazards);
    }
    if (
      /^(?:includes|has|indexOf|contains|__contains__)$/.test(property) &&
      subject !== undefined
    ) {
      if (holds && isAllowList(object, scope, machine)) settle(subject, scope, machine, hazards);
      else if (!holds && textOf(machine.peek(subject, scope)) === '..') {
        settle(object, scope, machine, ['path']);
      }
    }
    if (/^(?:test|match|fullmatch|exec)$/.test(property)) {
      refinePattern(test, holds, scope, machine);
      return;
    }
    if (property === 'hasOwn' || property === 'hasOwnProperty') {
      const key = test.arguments.at(-1)?.value;
      if (holds && key !== undefined) settle(key, scope, machine, hazards);
    }
  }
  const name =
    callee.kind === 'member' ? callee.property : callee.kind === 'name' ? callee.name : '';
  if (!checkName.test(name) || !holds) return;
  for (const argument of test.arguments) settle(argument.value, scope, machine, hazards);
}

/** A value that matches a tight pattern from end to end cannot carry an attack. */
function refinePattern(
  test: Expression & { kind: 'call' },
  holds: boolean,
  scope: Scope,
  machine: Machine,
): void {
  const { callee } = test;
  if (!holds || callee.kind !== 'member') return;
  const object = machine.peek(callee.object, scope);
  const values = test.arguments.map((argument) => machine.peek(argument.value, scope));
  const inPattern = object.pattern ?? (object.path === 're' ? textOf(values[0]) : undefined);
  const given = values[0]?.pattern;
  const pattern = inPattern ?? given;
  const subject =
    inPattern === undefined
      ? callee.object
      : object.path === 're'
        ? test.arguments[1]?.value
        : test.arguments[0]?.value;
  if (pattern === undefined || subject === undefined) return;
  if (
    isTightPattern(
      pattern,
      callee.property === 'fullmatch',
      callee.property === 'match' && machine.family === 'python',
    )
  ) {
    settle(subject, scope, machine, hazards);
  }
}

/** Whether a pattern covers the whole text and allows no character of its own choosing. */
export function isTightPattern(pattern: string, whole: boolean, fromStart: boolean): boolean {
  const starts = whole || fromStart || /^(?:\^|\\A)/.test(pattern);
  const ends = whole || /(?:\$|\\[zZ])$/.test(pattern);
  const withoutClasses = pattern.replaceAll(/\\./g, (escape) =>
    /\\[SDW]/.test(escape) ? '.' : 'x',
  );
  return starts && ends && !/\.|\[\^/.test(withoutClasses.replaceAll(/\[[^\]^][^\]]*\]/g, 'x'));
}

/** Whether a collection is one that the program itself fixes. */
function isAllowList(form: Expression, scope: Scope, machine: Machine): boolean {
  const value = machine.peek(form, scope);
  if (taintsWithin(value).some((taint) => taint.kind === 'input')) return false;
  const contents = contentsOf(value);
  if (contents !== undefined)
    return contents.constants !== undefined || contents.taints.length === 0;
  if (value.constants !== undefined) return false;
  const name = form.kind === 'name' ? form.name : form.kind === 'member' ? form.property : '';
  return allowListName.test(name);
}

/** Whether text that begins like this can only lead to one place. */
function isAnchor(value: Value): boolean {
  if (taintsWithin(value).some((taint) => taint.kind === 'input')) return false;
  const texts = textsIn(value);
  return texts.every((text) => text.length > 1 && !/^https?:\/\/[^/]*$/.test(text));
}

/**
 * Cleans what was checked. The check of a part, as of a URL's host, settles where the whole may lead
 * and no more, for all that shares its origin.
 */
function settle(
  subject: Expression,
  scope: Scope,
  machine: Machine,
  cleanFor: readonly Hazard[],
): void {
  const value = machine.peek(subject, scope);
  const origins = new Set(taintsWithin(value).map((taint) => taint.origin));
  const ofPart = cleanFor.filter((hazard) => locationHazards.includes(hazard));
  scope.update((own) =>
    own.taints.some((taint) => origins.has(taint.origin))
      ? cleanOrigins(own, origins, ofPart)
      : own,
  );
  const name = nameOfText(subject);
  const own = name === undefined ? undefined : scope.get(name);
  if (name !== undefined && own !== undefined) scope.assign(name, cleaned(own, cleanFor));
  // `if (isSafe(req.query.next)) go(req.query.next)` reads the property anew after the check.
  if (subject.kind === 'member' || subject.kind === 'index') {
    machine.bind(subject, cleaned(value, cleanFor), scope, false);
  }
}

/** The name whose text is checked: `x.strip().lower()` says as much of it as `x` does. */
function nameOfText(form: Expression): string | undefined {
  if (form.kind === 'name') return form.name;
  if (form.kind !== 'call' || form.callee.kind !== 'member') return undefined;
  const { object, property } = form.callee;
  return /^(?:strip|lower|upper|casefold|trim|toLowerCase|toUpperCase|toString)$/.test(property)
    ? nameOfText(object)
    : undefined;
}

function cleanOrigins(
  value: Value,
  origins: ReadonlySet<number>,
  cleanFor: readonly Hazard[],
): Value {
  return {
    ...value,
    taints: value.taints.map((taint) =>
      origins.has(taint.origin)
        ? { ...taint, clean: new Set([...taint.clean, ...cleanFor]) }
        : taint,
    ),
  };
}
