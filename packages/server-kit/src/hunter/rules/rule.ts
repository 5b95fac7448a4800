import type { Severity } from '@ide-assistant/sdk/protocol';
import type { Words } from '../any-of.ts';
import type { FixPlan } from '../fixes/edit.ts';
import type { AssignFact, CallFact } from '../flow/facts.ts';
import { evidenceOf, type Evidence, type Hazard, type Taint, type Value } from '../flow/value.ts';
import type {
  CompareForm,
  ElementForm,
  Expression,
  FunctionForm,
  MappingForm,
  Span,
} from '../form/form.ts';
import type { Family } from '../languages.ts';
import { gradeEvidence, type Grade } from '../severity.ts';

/** What a rule has found at one place. */
export interface Hit {
  /** What is wrong, why it matters and what to do, in one or two sentences. */
  readonly message: string;
  readonly severity: Severity;
  readonly confidence: number;
  /** Where; the call or assignment itself by default. */
  readonly at?: Span | undefined;
  /** The class, where it differs from that of the rule. */
  readonly cwe?: string | undefined;
  readonly fix?: FixPlan | undefined;
}

/** What a rule may ask about the file. */
export interface RuleContext {
  readonly family: Family;
  readonly source: string;
  /** Text of a stretch of the file. */
  text(span: Span): string;
  /** The line on which a stretch begins, or the part of it around the beginning. */
  lineOf(span: Span): string;
  /** Name of the innermost function around a place; empty outside of all. */
  functionAround(span: Span): string;
}

/** Hits of one look, none or several. */
export type Hits = Hit | readonly Hit[] | undefined;

/** A kind of weakness and how it is recognised. */
export interface Rule {
  /** Stable name, kebab-case; used in alerts and in suppressions. */
  readonly id: string;
  /** Class of the weakness. */
  readonly cwe: string;
  readonly families: readonly Family[];
  /**
   * Words without which the rule finds nothing in a text of the family: one of each list must occur
   * in it as it is written. Every name that the rule asks for must be covered, or the rule is
   * silently passed over; a family without lists is always looked at.
   */
  readonly needs: Readonly<Partial<Record<Family, readonly Words[]>>>;
  call?(fact: CallFact, context: RuleContext): Hits;
  assign?(fact: AssignFact, context: RuleContext): Hits;
  compare?(form: CompareForm, left: Value, right: Value, context: RuleContext): Hits;
  element?(form: ElementForm, attributes: ReadonlyMap<string, Value>, context: RuleContext): Hits;
  mapping?(form: MappingForm, entries: ReadonlyMap<string, Value>, context: RuleContext): Hits;
  returned?(form: Expression, value: Value, from: FunctionForm, context: RuleContext): Hits;
}

/** Who decides a value, with the grade that follows for a class of weakness. */
export interface Judgement extends Grade {
  readonly evidence: Evidence;
  readonly taint: Taint | undefined;
  /** The origin as a message names it. */
  readonly who: string;
}

/** Judges a value that reaches a place where it may do harm. */
export function judge(value: Value, hazard: Hazard, cwe: string): Judgement {
  const { evidence, taint } = evidenceOf(value, hazard);
  return {
    ...gradeEvidence(cwe, evidence, taint),
    evidence,
    taint,
    who: describe(evidence, taint),
  };
}

function describe(evidence: Evidence, taint: Taint | undefined): string {
  switch (evidence) {
    case 'input':
      return `input from outside (${taint?.source ?? 'unknown'})`;
    case 'local':
      return `what the user of the program gives (${taint?.source ?? ''})`;
    case 'unresolved':
      return `\`${taint?.source ?? ''}\`, whose origin is not visible here`;
    case 'argument':
      return `the parameter \`${taint?.source ?? ''}\``;
    case 'dynamic':
      return 'a value computed at run time';
    case 'clean':
    case 'constant':
      return 'a fixed value';
  }
}

/** A hit that grades itself by the evidence; nothing for values that can do no harm. */
export function hitFor(
  value: Value,
  hazard: Hazard,
  cwe: string,
  message: (who: string) => string,
  accept: readonly Evidence[] = ['input', 'local', 'unresolved', 'argument'],
): Hit | undefined {
  const judged = judge(value, hazard, cwe);
  if (!accept.includes(judged.evidence)) return undefined;
  return { message: message(judged.who), severity: judged.severity, confidence: judged.confidence };
}
