import type {
  Argument,
  AssignForm,
  CallForm,
  CompareForm,
  ElementForm,
  Expression,
  FunctionForm,
  MappingForm,
} from '../form/form.ts';
import type { Value } from './value.ts';

/** An argument of a call with what is known of it. */
export interface ArgumentFact {
  readonly name: string | undefined;
  readonly value: Value;
  readonly form: Expression;
  /** The whole argument, its name included. */
  readonly span: Argument;
  readonly spread: boolean;
}

/** A call that the program may make. */
export interface CallFact {
  readonly form: CallForm;
  /** What is called, through import aliases: `subprocess.run`, `sqlite3.connect().cursor().execute`. */
  readonly path: string;
  /** The last part of the name; empty where there is none. */
  readonly method: string;
  readonly callee: Value;
  readonly receiver: Value | undefined;
  readonly receiverForm: Expression | undefined;
  readonly arguments: readonly ArgumentFact[];
  /** Whether what is called is a function or class of this file. */
  readonly isLocal: boolean;
}

/** An assignment that the program may make. */
export interface AssignFact {
  readonly form: AssignForm;
  readonly value: Value;
  /** What is assigned to: `document.body.innerHTML`. */
  readonly path: string;
  /** The last part of {@link path}, or a constant key. */
  readonly name: string;
  /** What holds the property; undefined for a plain name. */
  readonly receiver: Value | undefined;
}

/** What the rules are told of while a program is followed; the same place may be told of twice. */
export interface Observer {
  call(fact: CallFact): void;
  assign(fact: AssignFact): void;
  compare(form: CompareForm, left: Value, right: Value): void;
  element(form: ElementForm, attributes: ReadonlyMap<string, Value>): void;
  mapping(form: MappingForm, entries: ReadonlyMap<string, Value>): void;
  /** A function of the file gives back a value. */
  returned(form: Expression, value: Value, from: FunctionForm): void;
}

/** The argument at a position, or under one of several names. */
export function argumentOf(
  fact: CallFact,
  position: number | undefined,
  ...names: readonly string[]
): ArgumentFact | undefined {
  const named = fact.arguments.find(
    (argument) => argument.name !== undefined && names.includes(argument.name),
  );
  if (named !== undefined || position === undefined) return named;
  const positional = fact.arguments.filter((argument) => argument.name === undefined);
  return positional.slice(0, position + 1).some((argument) => argument.spread)
    ? undefined
    : positional[position];
}

/** Whether arguments are handed on whose names cannot be seen, as by `**options`. */
export function hasSpread(fact: CallFact): boolean {
  return fact.arguments.some((argument) => argument.spread);
}

/** The value under a key of an object literal among the arguments. */
export function optionOf(fact: CallFact, key: string): Value | undefined {
  for (const argument of fact.arguments) {
    const value = argument.value.entries?.get(key);
    if (value !== undefined) return value;
  }
  return undefined;
}
