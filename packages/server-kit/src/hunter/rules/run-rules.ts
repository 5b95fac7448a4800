import type { Finding } from '../finding.ts';
import { interpret } from '../flow/interpreter.ts';
import type { Program, Span } from '../form/form.ts';
import { functionsOf } from '../form/visit.ts';
import type { Family } from '../languages.ts';
import { severities } from '../severity.ts';
import { rules } from './index.ts';
import type { Hits, Rule, RuleContext } from './rule.ts';

/** How much of a line is looked at on either side of a place. */
const lineReach = 200;

/** Follows a program and collects what the rules find, each rule once at each place. */
export function runRules(
  program: Program,
  source: string,
  family: Family,
  checkpoint: () => void,
): Finding[] {
  const active = rules.filter((rule) => rule.families.includes(family));
  const context = createContext(program, source, family);
  const found = new Map<string, Finding>();
  const tell = (look: (rule: Rule) => Hits, at: Span): void => {
    for (const rule of active) keep(rule, look(rule), at, found);
  };
  interpret(program, {
    family,
    source,
    checkpoint,
    observer: {
      call: (fact) => tell((rule) => rule.call?.(fact, context), fact.form),
      assign: (fact) => tell((rule) => rule.assign?.(fact, context), fact.form),
      compare: (form, left, right) =>
        tell((rule) => rule.compare?.(form, left, right, context), form),
      element: (form, attributes) =>
        tell((rule) => rule.element?.(form, attributes, context), form),
      mapping: (form, entries) => tell((rule) => rule.mapping?.(form, entries, context), form),
      returned: (form, value, from) =>
        tell((rule) => rule.returned?.(form, value, from, context), form),
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
