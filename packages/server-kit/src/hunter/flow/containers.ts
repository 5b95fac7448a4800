import {
  constantOf,
  contentsOf,
  joinValues,
  mergeTaints,
  unknownValue,
  type Value,
} from './value.ts';

/** More entries than this are not followed apart. */
const maxEntries = 512;

/** The value of an object after one of its entries was set. */
export function withEntry(container: Value, key: Value, value: Value): Value {
  const constant = constantOf(key);
  if (typeof constant === 'number' && container.sequence !== undefined) {
    const position = constant < 0 ? container.sequence.length + constant : constant;
    if (position in container.sequence) {
      const sequence = [...container.sequence];
      sequence[position] = value;
      return { ...container, constants: undefined, sequence };
    }
  }
  const known = container.entries?.size ?? 0;
  if (constant === undefined || known >= maxEntries) {
    return { ...container, constants: undefined, rest: joinOptional(container.rest, value) };
  }
  const entries = new Map(container.entries).set(String(constant), value);
  return { ...container, constants: undefined, entries };
}

/** What is found under a key or position; undefined where the container says nothing of it. */
export function entryOf(container: Value, key: Value): Value | undefined {
  const constant = constantOf(key);
  if (constant === undefined) return contentsOf(container);
  if (typeof constant === 'number' && container.sequence !== undefined) {
    const position = constant < 0 ? container.sequence.length + constant : constant;
    return container.sequence[position] ?? container.rest;
  }
  if (typeof constant === 'number') {
    const text = constantOf(container);
    const character = typeof text === 'string' ? text.at(constant) : undefined;
    if (character !== undefined) {
      return { constants: [character], taints: [], unknown: false, text: character };
    }
  }
  return container.entries?.get(String(constant)) ?? container.rest;
}

/** A list after an element was put in. */
export function withElement(list: Value, value: Value, position?: number): Value {
  if (list.sequence === undefined || list.rest !== undefined || list.sequence.length > 64) {
    return { ...list, constants: undefined, rest: joinOptional(list.rest, value) };
  }
  const sequence = [...list.sequence];
  sequence.splice(position ?? sequence.length, 0, value);
  return { ...list, constants: undefined, sequence };
}

/** A list after the element at a position was taken out; the last one by default. */
export function withoutElement(list: Value, position: number): Value {
  if (list.sequence === undefined) return list;
  const sequence = [...list.sequence];
  sequence.splice(position < 0 ? sequence.length + position : position, 1);
  return { ...list, sequence };
}

/** A list whose order or number is no longer known, with the same elements. */
export function shuffled(list: Value): Value {
  const contents = contentsOf(list);
  return { ...list, constants: undefined, sequence: undefined, entries: undefined, rest: contents };
}

/** What a value gives when it is read one by one: elements, or parts of a text. */
export function elementsOf(iterable: Value): Value {
  const contents = contentsOf(iterable);
  const own: Value = {
    taints: iterable.taints,
    unknown: iterable.unknown,
  };
  if (contents === undefined) return iterable.taints.length === 0 ? unknownValue : own;
  if (iterable.taints.length === 0) return contents;
  return { ...contents, constants: undefined, taints: mergeTaints([contents, own]) };
}

function joinOptional(left: Value | undefined, right: Value): Value {
  return left === undefined ? right : joinValues(left, right);
}
