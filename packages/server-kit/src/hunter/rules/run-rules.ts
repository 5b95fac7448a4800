import type { Finding } from '../finding.ts';
import { interpret } from '../flow/interpreter.ts';
import type { Program, Span } from '../form/form.ts';
import { functionsOf } from '../form/visit.ts';
import type { Family } from '../languages.ts';
import { severities } from '../severity.ts';
import type { Hits, Rule, RuleContext } from './rule.ts';

/** How much of a line is looked at on either side of a place. */
const lineReach = 200;

/** Follows a program and collects what these rules find, each rule once at each place. */
export function runRules(
  rules: readonly Rule[],
  program: Program,
  source: string,
  family: Family,
  checkpoint: () => void,
): Finding[] {
  const context = createContext(program, source, family);
  const found = new Map<string, Finding>();
  const tell = (concerned: readonly Rule[], look: (rule: Rule) => Hits, at: Span): void => {
    for (const rule of concerned) keep(rule, look(rule), at, found);
  };
  // Few rules look at each kind of place, and there are many places.
  const calls = rules.filter((rule) => rule.call);
  const assigns = rules.filter((rule) => rule.assign);
  const compares = rules.filter((rule) => rule.compare);
  const elements = rules.filter((rule) => rule.element);
  const mappings = rules.filter((rule) => rule.mapping);
  const returns = rules.filter((rule) => rule.returned);
  interpret(program, {
    family,
    source,
    checkpoint,
    observer: {
      call: (fact) => tell(calls, (rule) => rule.call?.(fact, context), fact.form),
      assign: (fact) => tell(assigns, (rule) => rule.assign?.(fact, context), fact.form),
      compare: (form, left, right) =>
        tell(compares, (rule) => rule.compare?.(form, left, right, context), form),
      element: (form, attributes) =>
        tell(elements, (rule) => rule.element?.(form, attributes, context), form),
      mapping: (form, entries) =>
        tell(mappings, (rule) => rule.mapping?.(form, entries, context), form),
      returned: (form, value, from) =>
        tell(returns, (rule) => rule.returned?.(form, value, from, context), form),
    },
  });
  return [...found.values()];
}

/** Of several looks at one place the one with the strongest evidence stays. */
function keep(rule: Rule, hits: Hits, at: Span, found: Map<string, Finding>): void {
  for (const hit of hits === undefined ? [] : [hits].flat()) {
    const span = hit.at ?? at;
    const finding: Finding = {
      rule: rule.id,
      message: hit.message,
      severity: hit.severity,
      confidence: hit.confidence,
      cwe: hit.cwe ?? rule.cwe,
      fix: hit.fix,
      start: span.start,
      end: span.end,
    };
    const key = `${rule.id}:${span.start}:${span.end}`;
    const other = found.get(key);
    if (other === undefined || strength(finding) > strength(other)) found.set(key, finding);
  }
}

function strength(finding: Finding): number {
  return severities.indexOf(finding.severity) + finding.confidence;
}

function createContext(program: Program, source: string, family: Family): RuleContext {
  const functions = functionsOf(program);
  return {
    family,
    source,
    text: (span) => source.slice(span.start, span.end),
    lineOf(span) {
      // Of a minified file one line is the whole program.
      const before = source.slice(Math.max(0, span.start - lineReach), span.start);
      const after = source.slice(span.start, span.start + lineReach);
      return (before.split('\n').at(-1) ?? '') + (after.split('\n')[0] ?? '');
    },
    functionAround(span) {
      const around = functions.filter((one) => one.start <= span.start && span.end <= one.end);
      return around.findLast((one) => one.name !== '')?.name ?? '';
    },
  };
}
