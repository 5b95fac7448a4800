import { elementsOf, entryOf, shuffled, withElement, withoutElement } from './containers.ts';
import type { CallFact } from './facts.ts';
import { joinTexts } from './format.ts';
import type { Machine } from './machine.ts';
import type { Scope } from './scope.ts';
import { foldText, modelStore, rebind, tupleOf } from './store-models.ts';
import {
  concatenate,
  constantOf,
  constantValue,
  contentsOf,
  harmlessValue,
  joinValues,
  mergeTaints,
  textOf,
  unknownValue,
  type Value,
} from './value.ts';

/** Models of JavaScript's text, array and object methods and of a few functions. */
export function modelJavascript(fact: CallFact, machine: Machine, scope: Scope): Value | undefined {
  return (
    modelFunction(fact, machine, scope) ??
    modelText(fact) ??
    modelArray(fact, machine, scope) ??
    modelStore(fact, machine, scope)
  );
}

function modelFunction(fact: CallFact, machine: Machine, scope: Scope): Value | undefined {
  const [first] = fact.arguments.map((argument) => argument.value);
  switch (fact.path) {
    case 'require': {
      const name = textOf(first);
      const path = name?.replace(/^node:/, '').replace(/^fs\/promises$/, 'fs');
      return { ...unknownValue, path };
    }
    case 'import': {
      const name = textOf(first)?.replace(/^node:/, '');
      return name === undefined ? undefined : { ...unknownValue, path: name };
    }
    case 'RegExp': {
      const pattern = textOf(first);
      return pattern === undefined ? undefined : { ...harmlessValue, pattern, path: 'RegExp()' };
    }
    case 'Set':
    case 'Map':
    case 'Array.from':
    case 'Object.freeze':
      return first ?? { taints: [], unknown: false, sequence: [] };
    case 'String':
      return first?.constants === undefined ? undefined : concatenate([first]);
    case 'Object.assign': {
      const target = fact.arguments[0];
      if (target === undefined) return undefined;
      const joined = fact.arguments.map((argument) => argument.value);
      const entries = new Map(joined.flatMap((value) => [...(value.entries ?? [])]));
      const result: Value = {
        taints: mergeTaints(joined),
        unknown: joined.some((value) => value.unknown),
        entries,
      };
      rebind(target.form, { ...target.value, ...result }, machine, scope);
      return result;
    }
    case 'Object.keys':
      if (first?.entries === undefined) return undefined;
      return {
        taints: [],
        unknown: false,
        sequence: [...first.entries.keys()].map((key) => constantValue(key)),
      };
    case 'Object.values':
      return { taints: [], unknown: false, rest: elementsOf(first ?? unknownValue) };
    case 'Object.entries':
      return {
        taints: [],
        unknown: false,
        rest: tupleOf(unknownValue, elementsOf(first ?? unknownValue)),
      };
    default:
      return undefined;
  }
}

function modelText(fact: CallFact): Value | undefined {
  const { receiver } = fact;
  const [first, second] = fact.arguments.map((argument) => argument.value);
  switch (fact.method) {
    case 'trim':
      return foldText(receiver, (text) => text.trim());
    case 'toLowerCase':
      return foldText(receiver, (text) => text.toLowerCase());
    case 'toUpperCase':
      return foldText(receiver, (text) => text.toUpperCase());
    case 'toString':
      return receiver?.constants === undefined ? undefined : concatenate([receiver]);
    case 'concat':
      if (receiver?.text === undefined) return undefined;
      return concatenate([receiver, ...fact.arguments.map((argument) => argument.value)]);
    case 'startsWith': {
      const [text, prefix] = [textOf(receiver), textOf(first)];
      return text === undefined || prefix === undefined
        ? undefined
        : constantValue(text.startsWith(prefix));
    }
    case 'split': {
      const [text, separator] = [textOf(receiver), textOf(first)];
      if (text === undefined || separator === undefined) return undefined;
      const sequence = text
        .split(separator)
        .slice(0, 64)
        .map((part) => constantValue(part));
      return { taints: [], unknown: false, sequence };
    }
    case 'replace':
    case 'replaceAll': {
      // Taking out all but a class of plain characters leaves nothing to attack with.
      const pattern = first?.pattern;
      const keepsPlain = pattern !== undefined && /^(?:\[\^[^\]]*\]|\\W|\\D)[+*]?$/.test(pattern);
      if (keepsPlain && (textOf(second) ?? '').length <= 1) return harmlessValue;
      return undefined;
    }
    case 'join':
      return receiver?.sequence === undefined
        ? undefined
        : joinTexts(first ?? constantValue(','), receiver);
    default:
      return undefined;
  }
}

function modelArray(fact: CallFact, machine: Machine, scope: Scope): Value | undefined {
  const { receiver, receiverForm } = fact;
  const list = receiver?.sequence !== undefined || receiver?.rest !== undefined;
  if (receiver === undefined || receiverForm === undefined || !list) return undefined;
  const values = fact.arguments.map((argument) => argument.value);
  const change = (value: Value): void => rebind(receiverForm, value, machine, scope);
  switch (fact.method) {
    case 'push':
    case 'add':
      change(values.reduce((all, value) => withElement(all, value), receiver));
      return harmlessValue;
    case 'unshift':
      change(values.reduceRight((all, value) => withElement(all, value, 0), receiver));
      return harmlessValue;
    case 'pop':
      change(withoutElement(receiver, -1));
      return entryOf(receiver, constantValue(-1)) ?? unknownValue;
    case 'shift':
      change(withoutElement(receiver, 0));
      return entryOf(receiver, constantValue(0)) ?? unknownValue;
    case 'at':
      return values[0] === undefined ? undefined : entryOf(receiver, values[0]);
    case 'reverse':
    case 'sort':
    case 'splice':
      change(shuffled(receiver));
      return shuffled(receiver);
    case 'slice': {
      const from = values[0] === undefined ? 0 : constantOf(values[0]);
      const to = values[1] === undefined ? undefined : constantOf(values[1]);
      if (typeof from !== 'number' || (values[1] !== undefined && typeof to !== 'number')) {
        return shuffled(receiver);
      }
      const end = typeof to === 'number' ? to : undefined;
      return { ...receiver, sequence: receiver.sequence?.slice(from, end) };
    }
    case 'concat': {
      const others = values.map((value) => contentsOf(value) ?? value);
      return {
        taints: [],
        unknown: false,
        rest: [contentsOf(receiver) ?? harmlessValue, ...others].reduce((left, right) =>
          joinValues(left, right),
        ),
      };
    }
    default:
      return undefined;
  }
}
