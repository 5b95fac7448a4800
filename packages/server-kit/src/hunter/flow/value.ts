import type { Constant, Expression, FunctionForm, Span } from '../form/form.ts';
import type { Scope } from './scope.ts';

/** What tainted text may do harm to; a sanitizer cleans for some of them. */
export type Hazard =
  | 'code'
  | 'command'
  | 'sql'
  | 'path'
  | 'html'
  | 'url'
  | 'query'
  | 'deserialisation'
  | 'pattern'
  | 'header';

/** Every {@link Hazard}. */
export const hazards: readonly Hazard[] = [
  'code',
  'command',
  'sql',
  'path',
  'html',
  'url',
  'query',
  'deserialisation',
  'pattern',
  'header',
];

/**
 * Where a suspicious value comes from, strongest first:
 * - `input`: an outsider sends it, as a query parameter;
 * - `local`: who starts the program gives it, as an argument or the environment;
 * - `unresolved`: a name that the file neither defines nor imports;
 * - `argument`: a parameter of a function whose callers are unknown.
 */
export type TaintKind = 'input' | 'local' | 'unresolved' | 'argument';

/** One origin of suspicion and what it has been cleaned for. */
export interface Taint {
  readonly kind: TaintKind;
  /** The expression as the message names it. */
  readonly source: string;
  readonly origin: number;
  readonly clean: ReadonlySet<Hazard>;
  /** Whether it went through a call whose effect is unknown. */
  readonly indirect: boolean;
}

/** A function of the file with the scope that it sees. */
export interface Closure {
  readonly form: FunctionForm;
  readonly scope: Scope;
}

/** What is known of a value without running the program. */
export interface Value {
  /** The constants that it may be; undefined where it may be others too. */
  readonly constants?: readonly Constant[] | undefined;
  readonly taints: readonly Taint[];
  /** Whether a part of it is neither constant, tainted nor known to be harmless. */
  readonly unknown: boolean;
  /** Text with {@link hole} for each part that is not constant. */
  readonly text?: string | undefined;
  /** Name through imports and calls, as `hashlib.md5().hexdigest`. */
  readonly path?: string | undefined;
  readonly sequence?: readonly Value[] | undefined;
  readonly entries?: ReadonlyMap<string, Value> | undefined;
  /** What elements may be whose key or position is not known. */
  readonly rest?: Value | undefined;
  readonly closure?: Closure | undefined;
  /** Source of a regular expression. */
  readonly pattern?: string | undefined;
  /** The check whose outcome it is, so that a condition on it speaks of what was checked. */
  readonly condition?: Expression | undefined;
}

/** Stands in {@link Value.text} for a part that is not known. */
export const hole = '\u0000';

/** More alternatives than this are not followed apart. */
const maxConstants = 8;

/** Longest text that is folded, so that doubling in a loop ends. */
const maxTextLength = 4096;

const nothing: ReadonlySet<Hazard> = new Set();

/** A value of which nothing is known. */
export const unknownValue: Value = { taints: [], unknown: true };

/** A value that cannot carry an attack, as a number read from input. */
export const harmlessValue: Value = { taints: [], unknown: false };

/** The value of a literal. */
export function constantValue(constant: Constant): Value {
  return constantsValue([constant]);
}

/** A value that is one of some constants. */
export function constantsValue(constants: readonly Constant[]): Value {
  const first = constants[0];
  const text = constants.length === 1 && typeof first === 'string' ? first : undefined;
  return { constants, taints: [], unknown: false, text };
}

/** A value that someone else decides. */
export function taintedValue(kind: TaintKind, source: string, at: Span): Value {
  return {
    taints: [{ kind, source, origin: at.start, clean: nothing, indirect: false }],
    unknown: false,
  };
}

/** The one constant that the value is, or undefined. */
export function constantOf(value: Value | undefined): Constant | undefined {
  return value?.constants?.length === 1 ? value.constants[0] : undefined;
}

/** The one text that the value is, or undefined. */
export function textOf(value: Value | undefined): string | undefined {
  const constant = constantOf(value);
  return typeof constant === 'string' ? constant : undefined;
}

/** Every constant that occurs in the value, looking into lists and dictionaries. */
export function textsIn(value: Value | undefined): string[] {
  if (value === undefined) return [];
  const own = (value.constants ?? []).filter((constant) => typeof constant === 'string');
  return [...own, ...(value.sequence ?? []).flatMap((element) => textsIn(element))];
}

/** Joins the suspicions of several values; the same origin counts once, as clean as its dirtiest part. */
export function mergeTaints(values: readonly Value[]): readonly Taint[] {
  const first = values[0]?.taints ?? [];
  if (values.every((value) => value.taints.length === 0 || value.taints === first)) return first;
  const merged = new Map<string, Taint>();
  for (const taint of values.flatMap((value) => value.taints)) {
    const key = `${taint.kind}:${taint.origin}`;
    const other = merged.get(key);
    merged.set(
      key,
      other === undefined
        ? taint
        : {
            ...other,
            clean: new Set([...other.clean].filter((hazard) => taint.clean.has(hazard))),
            indirect: other.indirect && taint.indirect,
          },
    );
  }
  return [...merged.values()].slice(0, maxConstants);
}

/** What holds of a value that is one of two, as after a branch. */
export function joinValues(left: Value, right: Value): Value {
  if (left === right) return left;
  const constants =
    left.constants === undefined || right.constants === undefined
      ? undefined
      : [...new Set([...left.constants, ...right.constants])];
  const [one, other] = [contentsOf(left), contentsOf(right)];
  return {
    constants: constants !== undefined && constants.length <= maxConstants ? constants : undefined,
    taints: mergeTaints([left, right]),
    unknown: left.unknown || right.unknown,
    text: left.text === right.text ? left.text : (left.text ?? right.text),
    // A module imported with a fallback keeps the name that rules know.
    path: left.path ?? right.path,
    sequence: left.sequence === right.sequence ? left.sequence : undefined,
    entries: left.entries === right.entries ? left.entries : undefined,
    rest: one === undefined || other === undefined ? (one ?? other) : joinValues(one, other),
    closure: left.closure ?? right.closure,
    pattern: left.pattern === right.pattern ? left.pattern : undefined,
  };
}

/** What any element of a list or dictionary may be; undefined for other values. */
export function contentsOf(value: Value): Value | undefined {
  const known = [...(value.sequence ?? []), ...(value.entries?.values() ?? [])];
  const all = value.rest === undefined ? known : [...known, value.rest];
  if (all.length > 64) return { taints: mergeTaints(all), unknown: true };
  return all.length === 0 ? undefined : all.reduce((left, right) => joinValues(left, right));
}

/** Suspicion of the value and of all that it holds. */
export function taintsWithin(value: Value): readonly Taint[] {
  const contents = contentsOf(value);
  return contents === undefined ? value.taints : mergeTaints([value, contents]);
}

/** The text of values written one after the other. */
export function concatenate(values: readonly Value[]): Value {
  let constants: Constant[] | undefined = [''];
  let text = '';
  for (const value of values) {
    constants = appendConstants(constants, value.constants);
    const piece = value.constants?.length === 1 ? String(value.constants[0]) : value.text;
    text += piece ?? hole;
  }
  if (text.length > maxTextLength) text = text.slice(0, maxTextLength) + hole;
  return {
    constants,
    taints: mergeTaints(values),
    unknown: constants === undefined && values.some((value) => value.unknown),
    text,
  };
}

function appendConstants(
  left: readonly Constant[] | undefined,
  right: readonly Constant[] | undefined,
): Constant[] | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (left.length * right.length > maxConstants) return undefined;
  const joined = left.flatMap((one) => right.map((other) => `${String(one)}${String(other)}`));
  return joined.every((text) => text.length <= maxTextLength) ? joined : undefined;
}

/** The value after it was made harmless for some hazards; for all of them it is plain. */
export function cleaned(value: Value, cleanFor: readonly Hazard[]): Value {
  if (value.constants !== undefined) return value;
  return {
    ...value,
    taints: value.taints.map((taint) => ({
      ...taint,
      clean: new Set([...taint.clean, ...cleanFor]),
    })),
    unknown: false,
  };
}

/** How far a value lies in the hands of others where it may do harm. */
export type Evidence = TaintKind | 'dynamic' | 'clean' | 'constant';

/** The strongest suspicion that has not been cleaned for the hazard. */
export function evidenceOf(value: Value, hazard: Hazard): { evidence: Evidence; taint?: Taint } {
  if (value.constants !== undefined) return { evidence: 'constant' };
  const dirty = taintsWithin(value).filter((taint) => !taint.clean.has(hazard));
  for (const kind of ['input', 'local', 'unresolved', 'argument'] as const) {
    const candidates = dirty.filter((taint) => taint.kind === kind);
    const taint = candidates.find((candidate) => !candidate.indirect) ?? candidates[0];
    if (taint !== undefined) return { evidence: kind, taint };
  }
  const unknown = value.unknown || (contentsOf(value)?.unknown ?? false);
  if (!unknown && isConstantThroughout(value)) return { evidence: 'constant' };
  return { evidence: unknown ? 'dynamic' : 'clean' };
}

function isConstantThroughout(value: Value): boolean {
  const elements = [...(value.sequence ?? []), ...(value.entries?.values() ?? [])];
  if (value.rest !== undefined || elements.length === 0) return false;
  return elements.every((element) => element.constants !== undefined);
}
