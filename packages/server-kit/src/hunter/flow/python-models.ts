import { elementsOf, entryOf, shuffled, withElement, withoutElement } from './containers.ts';
import type { CallFact } from './facts.ts';
import { formatBraces, joinTexts } from './format.ts';
import type { Machine } from './machine.ts';
import type { Scope } from './scope.ts';
import { foldText, modelStore, rebind, tupleOf } from './store-models.ts';
import {
  cleaned,
  concatenate,
  constantOf,
  constantValue,
  contentsOf,
  harmlessValue,
  joinValues,
  textOf,
  unknownValue,
  type Value,
} from './value.ts';

/** Models of Python's text, list and dictionary methods and of a few functions. */
export function modelPython(fact: CallFact, machine: Machine, scope: Scope): Value | undefined {
  return (
    modelFunction(fact) ??
    modelText(fact) ??
    modelList(fact, machine, scope) ??
    modelDictionary(fact, machine, scope) ??
    modelStore(fact, machine, scope)
  );
}

function modelFunction(fact: CallFact): Value | undefined {
  const first = fact.arguments[0]?.value;
  switch (fact.path) {
    case 'str':
      return first?.constants !== undefined &&
        first.constants.every((one) => typeof one === 'string')
        ? first
        : undefined;
    case 'len': {
      const text = textOf(first);
      if (text !== undefined) return constantValue(text.length);
      return first?.sequence !== undefined && first.rest === undefined
        ? constantValue(first.sequence.length)
        : harmlessValue;
    }
    case 'int': {
      const constant = first && constantOf(first);
      return constant === undefined || Number.isNaN(Number(constant))
        ? undefined
        : constantValue(Math.trunc(Number(constant)));
    }
    case 'dict': {
      const entries = new Map(
        fact.arguments.flatMap(({ name, value }) => (name === undefined ? [] : [[name, value]])),
      );
      return fact.arguments.every((argument) => argument.name !== undefined)
        ? { taints: [], unknown: false, entries }
        : first;
    }
    case 'list':
    case 'tuple':
      return first === undefined ? { taints: [], unknown: false, sequence: [] } : first;
    case 'enumerate': {
      const pair = first === undefined ? unknownValue : tupleOf(harmlessValue, elementsOf(first));
      return { taints: [], unknown: false, rest: pair };
    }
    case 're.compile':
      return { ...harmlessValue, pattern: textOf(first), path: 're.compile()' };
    case 're.sub': {
      const pattern = textOf(first);
      const subject = fact.arguments[2]?.value;
      // Taking out all but a class of plain characters leaves nothing to attack with.
      const keepsPlain = pattern !== undefined && /^(?:\[\^[^\]]*\]|\\W|\\D)[+*]?$/.test(pattern);
      return keepsPlain && subject !== undefined
        ? cleaned({ ...subject, taints: [] }, [])
        : undefined;
    }
    case 'string.Template':
      return first;
    default:
      return undefined;
  }
}

function modelText(fact: CallFact): Value | undefined {
  const { receiver } = fact;
  if (receiver === undefined) return undefined;
  switch (fact.method) {
    case 'format': {
      const text = textOf(receiver);
      if (text === undefined) return undefined;
      const named = fact.arguments.flatMap(({ name, value }) =>
        name === undefined ? [] : [[name, value] as const],
      );
      const positional = fact.arguments.filter((argument) => argument.name === undefined);
      if (positional.some((argument) => argument.spread)) return undefined;
      return formatBraces(
        text,
        positional.map((argument) => argument.value),
        new Map(named),
      );
    }
    case 'join': {
      const list = fact.arguments[0]?.value;
      return list === undefined || receiver.text === undefined
        ? undefined
        : joinTexts(receiver, list);
    }
    case 'strip':
      return fact.arguments.length === 0 ? foldText(receiver, (text) => text.trim()) : undefined;
    case 'lower':
      return foldText(receiver, (text) => text.toLowerCase());
    case 'upper':
      return foldText(receiver, (text) => text.toUpperCase());
    case 'encode':
    case 'decode':
      return receiver.constants === undefined && receiver.text === undefined ? undefined : receiver;
    case 'replace': {
      const [from, to] = [textOf(fact.arguments[0]?.value), textOf(fact.arguments[1]?.value)];
      if (from === undefined || to === undefined) return undefined;
      return (
        foldText(receiver, (text) => text.replaceAll(from, to)) ??
        (from === '..' || from === '../'
          ? undefined
          : { ...concatenate([receiver]), path: undefined })
      );
    }
    case 'startswith': {
      const prefix = textOf(fact.arguments[0]?.value);
      const text = textOf(receiver);
      return prefix === undefined || text === undefined
        ? undefined
        : constantValue(text.startsWith(prefix));
    }
    case 'split': {
      const separator = textOf(fact.arguments[0]?.value);
      const text = textOf(receiver);
      if (text === undefined || separator === undefined || separator === '') return undefined;
      const sequence = text.split(separator).map((part) => constantValue(part));
      return { taints: [], unknown: false, sequence };
    }
    default:
      return undefined;
  }
}

function modelList(fact: CallFact, machine: Machine, scope: Scope): Value | undefined {
  const { receiver, receiverForm } = fact;
  const list = receiver?.sequence !== undefined || receiver?.rest !== undefined;
  if (receiver === undefined || receiverForm === undefined || !list) return undefined;
  const [first, second] = fact.arguments.map((argument) => argument.value);
  const change = (value: Value): void => rebind(receiverForm, value, machine, scope);
  switch (fact.method) {
    case 'append':
    case 'add':
      if (first !== undefined) change(withElement(receiver, first));
      return constantValue(null);
    case 'insert': {
      const position = first && constantOf(first);
      if (second === undefined) return undefined;
      change(
        typeof position === 'number'
          ? withElement(receiver, second, position)
          : shuffled(withElement(receiver, second)),
      );
      return constantValue(null);
    }
    case 'extend':
      if (first !== undefined) {
        change(
          (first.sequence ?? [elementsOf(first)]).reduce(
            (all, one) => withElement(all, one),
            receiver,
          ),
        );
      }
      return constantValue(null);
    case 'pop': {
      if (receiver.entries !== undefined) return undefined;
      const position = first === undefined ? -1 : constantOf(first);
      if (typeof position !== 'number') {
        change(shuffled(receiver));
        return contentsOf(receiver);
      }
      change(withoutElement(receiver, position));
      return entryOf(receiver, constantValue(position));
    }
    case 'remove': {
      const position = receiver.sequence?.findIndex(
        (element) =>
          constantOf(element) !== undefined &&
          first !== undefined &&
          constantOf(element) === constantOf(first),
      );
      change(
        position === undefined || position < 0
          ? shuffled(receiver)
          : withoutElement(receiver, position),
      );
      return constantValue(null);
    }
    case 'sort':
    case 'reverse':
      change(shuffled(receiver));
      return constantValue(null);
    case 'clear':
      change({ taints: [], unknown: false, sequence: [] });
      return constantValue(null);
    case 'copy':
      return receiver;
    default:
      return undefined;
  }
}

function modelDictionary(fact: CallFact, machine: Machine, scope: Scope): Value | undefined {
  const { receiver, receiverForm } = fact;
  if (receiver?.entries === undefined || receiverForm === undefined) return undefined;
  const [key, fallback] = fact.arguments.map((argument) => argument.value);
  switch (fact.method) {
    case 'get':
    case 'setdefault':
    case 'pop': {
      if (key === undefined || (fact.method === 'get' && fact.arguments.length > 2))
        return undefined;
      const found = entryOf(receiver, key);
      const known = constantOf(key) !== undefined && receiver.rest === undefined;
      if (found === undefined) return known ? (fallback ?? constantValue(null)) : undefined;
      return known || fallback === undefined ? found : joinValues(found, fallback);
    }
    case 'update': {
      const entries = new Map([...receiver.entries, ...(key?.entries ?? [])]);
      const rest = key !== undefined && key.entries === undefined ? elementsOf(key) : receiver.rest;
      rebind(receiverForm, { ...receiver, entries, rest }, machine, scope);
      return constantValue(null);
    }
    case 'values':
      return { taints: [], unknown: false, rest: contentsOf(receiver) ?? unknownValue };
    case 'items':
      return {
        taints: [],
        unknown: false,
        rest: tupleOf(harmlessValue, contentsOf(receiver) ?? unknownValue),
      };
    case 'keys': {
      const constants = [...receiver.entries.keys()].map((one) => constantValue(one));
      return { taints: [], unknown: false, sequence: constants };
    }
    case 'copy':
      return receiver;
    default:
      return undefined;
  }
}
