import type { Expression } from '../form/form.ts';
import type { Family } from '../languages.ts';
import type { CallFact } from './facts.ts';
import type { Library } from './library.ts';
import type { Scope } from './scope.ts';
import type { Closure, Value } from './value.ts';

/** What the parts of the interpreter need of each other. */
export interface Machine {
  readonly family: Family;
  readonly library: Library;
  /** Evaluates and tells the rules. */
  evaluate(form: Expression, scope: Scope): Value;
  /** Evaluates without telling the rules, for a second look at the same text. */
  peek(form: Expression, scope: Scope): Value;
  /** Gives what a target names a value. */
  bind(target: Expression, value: Value, scope: Scope, declares: boolean): void;
  /** Runs a function of the file on known arguments; undefined where it is nested too deep. */
  invoke(
    closure: Closure,
    values: readonly Value[],
    named?: ReadonlyMap<string, Value>,
  ): Value | undefined;
  /** Text of a form, shortened for a message. */
  quote(form: Expression): string;
}

/** Knows what a library function gives, where that is more than its arguments joined. */
export type CallModel = (fact: CallFact, machine: Machine, scope: Scope) => Value | undefined;
