import type { CallForm, Expression } from '../form/form.ts';
import { memberValue, type Evaluator } from './evaluate.ts';
import type { ArgumentFact, CallFact } from './facts.ts';
import type { Scope } from './scope.ts';
import {
  cleaned,
  contentsOf,
  harmlessValue,
  mergeTaints,
  taintedValue,
  taintsWithin,
  unknownValue,
  type Closure,
  type Taint,
  type Value,
} from './value.ts';

/** Evaluates a call: tells the observer, follows functions of the file, asks the library of others. */
export function callValue(form: CallForm, machine: Evaluator, scope: Scope): Value {
  const { callee: calleeForm } = form;
  const receiverForm = calleeForm.kind === 'member' ? calleeForm.object : undefined;
  const receiver = receiverForm && machine.evaluate(receiverForm, scope);
  const callee =
    calleeForm.kind === 'function'
      ? { ...harmlessValue, closure: { form: calleeForm.function, scope } }
      : receiver === undefined || calleeForm.kind !== 'member'
        ? machine.evaluate(calleeForm, scope)
        : memberValue(calleeForm, receiver, machine);
  const facts = form.arguments.map((argument): ArgumentFact => {
    const { value: inner } = argument;
    return {
      name: argument.name,
      value:
        inner.kind === 'function'
          ? { ...harmlessValue, closure: { form: inner.function, scope } }
          : machine.evaluate(inner, scope),
      form: inner,
      span: argument,
      spread: argument.spread,
    };
  });
  const method = lastName(calleeForm);
  const fact: CallFact = {
    form,
    path: callee.path ?? (method === '' ? '' : `?.${method}`),
    method,
    callee,
    receiver,
    receiverForm,
    arguments: facts,
    isLocal: callee.closure !== undefined || isLocalClass(callee),
  };
  machine.observer.call(fact);
  const own = callee.closure && invokeOwn(callee.closure, fact, machine);
  const handed = callee.closure === undefined ? followCallbacks(fact, machine) : undefined;
  if (own !== undefined) return own;
  if (isLocalClass(callee)) return construct(callee, fact, machine);
  const modelled =
    callee.closure === undefined ? machine.library.model(fact, machine, scope) : undefined;
  return modelled ?? resultOf(fact, handed, machine);
}

function lastName(callee: Expression): string {
  if (callee.kind === 'member') return callee.property;
  return callee.kind === 'name' ? callee.name : '';
}

function isLocalClass(callee: Value): boolean {
  return callee.entries !== undefined && callee.path !== undefined && !callee.path.includes('.');
}

function invokeOwn(closure: Closure, fact: CallFact, machine: Evaluator): Value | undefined {
  const values = fact.arguments.flatMap((argument) =>
    argument.name !== undefined
      ? []
      : argument.spread
        ? (argument.value.sequence ?? [contentsOf(argument.value) ?? argument.value])
        : [argument.value],
  );
  const named = new Map(
    fact.arguments.flatMap(({ name, value }) => (name === undefined ? [] : [[name, value]])),
  );
  const [first] = closure.form.parameters;
  const takesSelf = first?.target.kind === 'name' && /^(?:self|cls)$/.test(first.target.name);
  const receiver = fact.receiver ?? unknownValue;
  return machine.invoke(closure, takesSelf ? [receiver, ...values] : values, named);
}

/** Follows functions that are handed to a library call; gives what the first of them returns. */
function followCallbacks(fact: CallFact, machine: Evaluator): Value | undefined {
  let result: Value | undefined;
  for (const { value, form } of fact.arguments) {
    const { closure } = value;
    if (closure === undefined) continue;
    const given = machine.library.callbackArguments(fact);
    if (given === undefined && form.kind !== 'function') continue;
    const values = closure.form.parameters.map((parameter, position) => {
      const usual = machine.library.parameterValue(closure.form, parameter, position);
      return given?.[position] ?? (given === undefined ? usual : unknownValue);
    });
    const returned = machine.invoke(closure, values);
    if (returned === undefined) machine.defer(closure);
    result ??= returned;
  }
  return result;
}

function construct(callee: Value, fact: CallFact, machine: Evaluator): Value {
  const maker = callee.entries?.get('__init__') ?? callee.entries?.get('constructor');
  if (maker?.closure !== undefined) invokeOwn(maker.closure, fact, machine);
  return { ...unknownValue, entries: callee.entries };
}

function resultOf(fact: CallFact, handed: Value | undefined, machine: Evaluator): Value {
  const { library } = machine;
  const path = fact.callee.path === undefined ? undefined : `${fact.callee.path}()`;
  const source = path === undefined ? undefined : library.sourceOf(path);
  if (source !== undefined) {
    return { ...taintedValue(source, machine.quote(fact.form), fact.form), path };
  }
  const sanitizes = library.sanitizes(fact.path);
  if (sanitizes === 'all') return { ...harmlessValue, path };
  const result: Value = {
    taints: resultTaints(fact, machine),
    unknown: sanitizes === undefined && !isHarmlessCopy(fact, machine),
    path,
    text: undefined,
  };
  if (sanitizes !== undefined) return cleaned(result, sanitizes);
  if (handed === undefined) return result;
  const merged = mergeTaints([result, handed]);
  return { ...result, taints: merged, rest: handed };
}

/** Whether a call gives back only what is known to be harmless, as `str` of a number. */
function isHarmlessCopy(fact: CallFact, machine: Evaluator): boolean {
  return (
    machine.library.passesOn(fact.path) &&
    fact.arguments.length > 0 &&
    fact.arguments.every(({ value }) => !value.unknown)
  );
}

/** Methods that give back what they were called on, in part or in another form. */
const textMethods =
  /^(?:strip|lstrip|rstrip|lower|upper|title|capitalize|replace|replaceAll|format|split|rsplit|splitlines|join|encode|decode|get|getlist|getlist|get_list|pop|read|readline|readlines|toString|trim|trimStart|trimEnd|toLowerCase|toUpperCase|slice|substring|substr|concat|at|charAt|match|padStart|padEnd|normalize|json|text|items|values|keys|group|groups|copy|resolve|joinpath|getvalue|decode_header|valueOf)$/;

function resultTaints(fact: CallFact, machine: Evaluator): readonly Taint[] {
  const direct = machine.library.passesOn(fact.path);
  const { receiver } = fact;
  const fromReceiver = (receiver === undefined ? [] : taintsWithin(receiver)).filter(
    (taint) => taint.kind !== 'unresolved' || textMethods.test(fact.method),
  );
  const fromArguments = mergeTaints(
    fact.arguments.map(({ value }) => ({ taints: taintsWithin(value), unknown: false })),
  );
  // What an unknown function makes of its arguments is a guess; of a parameter it is not worth one.
  const guessed = direct
    ? fromArguments
    : fromArguments
        .filter((taint) => taint.kind === 'input' || taint.kind === 'local')
        .map((taint) => ({ ...taint, indirect: true }));
  return mergeTaints([
    { taints: fromReceiver, unknown: false },
    { taints: guessed, unknown: false },
  ]);
}
