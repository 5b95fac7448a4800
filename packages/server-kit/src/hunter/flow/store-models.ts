import type { Expression } from '../form/form.ts';
import type { CallFact } from './facts.ts';
import type { Machine } from './machine.ts';
import type { Scope } from './scope.ts';
import { constantOf, constantValue, type Value } from './value.ts';

/**
 * Follows stores that are set and read by constant keys, whatever their class is called: a map, a
 * configuration of sections, a cache.
 */
export function modelStore(fact: CallFact, machine: Machine, scope: Scope): Value | undefined {
  const { receiver, receiverForm } = fact;
  if (receiver === undefined || receiverForm === undefined) return undefined;
  const values = fact.arguments.map((argument) => argument.value);
  if (/^(?:set|put)$/.test(fact.method) && values.length >= 2) {
    const key = keyOf(values.slice(0, -1));
    const value = values.at(-1);
    if (key === undefined || value === undefined) return undefined;
    const entries = new Map(receiver.entries).set(key, value);
    rebind(receiverForm, { ...receiver, entries }, machine, scope);
    return { ...receiver, entries };
  }
  if (fact.method === 'get' && receiver.entries !== undefined) {
    const whole = keyOf(values);
    const found = whole === undefined ? undefined : receiver.entries.get(whole);
    if (found !== undefined) return found;
    const first = keyOf(values.slice(0, 1));
    return first === undefined ? undefined : receiver.entries.get(first);
  }
  return undefined;
}

function keyOf(values: readonly Value[]): string | undefined {
  const keys = values.map((value) => constantOf(value));
  return keys.some((key) => key === undefined) || keys.length === 0
    ? undefined
    : keys.map(String).join('\u0001');
}

/** Gives the receiver of a call that changes it its new value. */
export function rebind(form: Expression, value: Value, machine: Machine, scope: Scope): void {
  if (form.kind === 'name' || form.kind === 'member' || form.kind === 'index') {
    machine.bind(form, value, scope, false);
  }
}

/** A tuple of values, as `items()` yields. */
export function tupleOf(...sequence: Value[]): Value {
  return { taints: [], unknown: false, sequence };
}

/** A text computed from a constant receiver; undefined where the receiver is not one text. */
export function foldText(
  receiver: Value | undefined,
  change: (text: string) => string | undefined,
): Value | undefined {
  const text = receiver && constantOf(receiver);
  if (typeof text !== 'string') return undefined;
  const result = change(text);
  return result === undefined ? undefined : constantValue(result);
}
