import type { FunctionForm, Parameter } from '../form/form.ts';
import type { CallFact } from './facts.ts';
import type { CallModel } from './machine.ts';
import type { Hazard, Value } from './value.ts';

/** What is known beforehand of a language's own names and its common libraries. */
export interface Library {
  /** Names that exist without being defined. */
  isBuiltin(name: string): boolean;
  /** Who gives what a dotted path names, where it comes from outside of the program. */
  sourceOf(path: string): 'input' | 'local' | undefined;
  /** What a call takes away from its arguments: the hazards it cleans for, or all. */
  sanitizes(path: string): readonly Hazard[] | 'all' | undefined;
  /** Whether a call hands on its arguments without much change. */
  passesOn(path: string): boolean;
  /** Whether a call ends the function, as `sys.exit`. */
  exits(path: string): boolean;
  /** What a parameter is for a function whose callers are not seen. */
  parameterValue(form: FunctionForm, parameter: Parameter, position: number): Value;
  /** What a function that is handed to a call will receive; undefined for the usual guess. */
  callbackArguments(fact: CallFact): readonly Value[] | undefined;
  /** Models of single functions. */
  readonly model: CallModel;
}
