import { types } from 'node:util';
import type { Logger } from './logger.ts';
import { redactText } from './redact-text.ts';

/** How deep a value is looked into; what lies deeper is left out. */
const maxDepth = 8;
/** Objects, entries and texts of one value that are kept. */
const maxNodes = 2_000;
/** Characters of all its texts together that are kept. */
const maxTotalLength = 65_536;

/**
 * Names of fields and headers whose value is a secret whatever it looks like, without `-`, `_` and
 * blanks. `tokenId` and the like are none.
 */
const secretName =
  /(?:passw(?:or)?d|passphrase|pwd|secret|token|apikey|accesskey|privatekey|signingkey|secretkey|authkey|credential|cookie|authorization|websocketprotocol|ticket|jwt)s?$/;

/** What a secret is replaced by. */
const mark = '[redacted]';

/** What is left of the room for one value. */
interface Budget {
  nodes: number;
  length: number;
}

/**
 * A copy of any value that may be written down: without tokens, keys, passwords and cookies, whether
 * they stand in a field of that name or within a text, and small enough for a log line. Cycles are cut,
 * an error keeps its name, message, code, stack and cause, and nothing that it meets makes it throw.
 *
 * It takes out what is known by its name or its form. A secret without either, as a password in a
 * sentence, stays.
 */
export function redact(value: unknown): unknown {
  return copyOf(value, { nodes: maxNodes, length: maxTotalLength }, []);
}

/** A logger that passes on what {@link redact} leaves, of the fields and of the message. */
export function redactingLogger(logger: Logger): Logger {
  const via =
    (level: keyof Logger): Logger['info'] =>
    (fields, message) =>
      logger[level](redact(fields) as object, redactText(message));
  return { debug: via('debug'), info: via('info'), warn: via('warn'), error: via('error') };
}

function copyOf(value: unknown, budget: Budget, ancestors: readonly object[]): unknown {
  budget.nodes -= 1;
  if (budget.nodes < 0) return '[left out]';
  switch (typeof value) {
    case 'string':
      return textOf(value, budget);
    case 'bigint':
    case 'symbol':
      return textOf(String(value), budget);
    case 'function':
      return '[function]';
    case 'object':
      return value === null ? null : copyOfObject(value, budget, ancestors);
    default:
      return value;
  }
}

function copyOfObject(value: object, budget: Budget, ancestors: readonly object[]): unknown {
  if (ancestors.includes(value)) return '[circular]';
  if (ancestors.length >= maxDepth) return '[left out]';
  try {
    return copyOfKind(value, budget, [...ancestors, value]);
  } catch {
    // A proxy or a class of the host's may throw at any touch.
    return '[unreadable]';
  }
}

function copyOfKind(value: object, budget: Budget, within: readonly object[]): unknown {
  if (types.isNativeError(value) || value instanceof Error)
    return copyOfError(value, budget, within);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof URL || value instanceof URLSearchParams || value instanceof RegExp) {
    return textOf(String(value), budget);
  }
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    return `[${value.byteLength} bytes]`;
  }
  if (value instanceof Set) return copyOfList([...value], budget, within);
  if (Array.isArray(value)) return copyOfList(value, budget, within);
  const isPairs = value instanceof Map || value instanceof Headers;
  return copyOfFields(isPairs ? [...value.entries()] : ownFields(value), budget, within);
}

/** An error of its own, with fields that JSON shows as well. */
function copyOfError(error: Error, budget: Budget, within: readonly object[]): Error {
  const copy = new Error();
  // Of the original or none: this one would point here.
  delete copy.stack;
  for (const name of ['name', 'message', 'code', 'stack', 'errors', 'cause']) {
    const value = read(error, name);
    if (value === undefined) continue;
    Object.defineProperty(copy, name, {
      value: copyOf(value, budget, within),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return copy;
}

function copyOfList(
  list: readonly unknown[],
  budget: Budget,
  within: readonly object[],
): unknown[] {
  const copy: unknown[] = [];
  for (const [index, value] of list.entries()) {
    if (budget.nodes <= 0) {
      copy.push(`[${list.length - index} left out]`);
      break;
    }
    // Node gives raw headers, and others their pairs, as a name with its value after it.
    const isValueOfSecret = typeof value === 'string' && isSecret(list[index - 1], value);
    copy.push(isValueOfSecret ? mark : copyOf(value, budget, within));
  }
  return copy;
}

function copyOfFields(
  fields: readonly (readonly [unknown, unknown])[],
  budget: Budget,
  within: readonly object[],
): object {
  const copy: [string, unknown][] = [];
  const [, pairName] = fields.find(([key]) => key === 'name' || key === 'key') ?? [];
  for (const [key, value] of fields) {
    if (budget.nodes <= 0) {
      copy.push(['…', `[${fields.length - copy.length} left out]`]);
      break;
    }
    const name = textOf(typeof key === 'string' ? key : `[${typeof key}]`, budget);
    const isTheirs = isSecret(key, value) || (key === 'value' && isSecret(pairName, value));
    copy.push([name, isTheirs ? mark : copyOf(value, budget, within)]);
  }
  // Other than assignment, this makes `__proto__` a field like any other.
  return Object.fromEntries(copy);
}

function ownFields(value: object): [string, unknown][] {
  const names = Object.keys(value).slice(0, maxNodes);
  return names.map((name) => [name, read(value, name)]);
}

/** A field of something that may refuse to be read. */
function read(value: object, name: string): unknown {
  try {
    return Reflect.get(value, name);
  } catch {
    return '[unreadable]';
  }
}

function isSecret(name: unknown, value: unknown): boolean {
  if (typeof name !== 'string' || value === null || value === undefined) return false;
  if (typeof value === 'boolean' || name.length > 100) return false;
  const plain = name.toLowerCase().replaceAll(/[\s_-]/g, '');
  // A model's bill counts tokens.
  return secretName.test(plain) && !(typeof value === 'number' && plain.endsWith('tokens'));
}

function textOf(text: string, budget: Budget): string {
  const redacted = redactText(text, budget.length);
  budget.length -= redacted.length;
  return redacted;
}
