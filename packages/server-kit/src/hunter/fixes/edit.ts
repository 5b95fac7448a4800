import type { CallFact } from '../flow/facts.ts';
import type { Span } from '../form/form.ts';

/** Replaces a stretch of the file; an insertion where start and end are one. */
export interface Edit extends Span {
  readonly text: string;
}

/** Whether a fix may be applied unasked, or only be proposed because behaviour may change. */
export type FixTier = 'apply' | 'propose';

/** How a finding can be mended. */
export interface FixPlan {
  readonly tier: FixTier;
  /** What the fix does, as an imperative sentence. */
  readonly description: string;
  readonly edits: readonly Edit[];
  /** Modules that the new text needs; added once, as `import name`. */
  readonly imports?: readonly string[];
}

/** Replaces the text of a form. */
export function replace(span: Span, text: string): Edit {
  return { start: span.start, end: span.end, text };
}

/** Adds a keyword argument at the end of a call; undefined where brackets are missing. */
export function addArgument(fact: CallFact, text: string): Edit | undefined {
  const { argumentsSpan } = fact.form;
  const last = fact.arguments.at(-1);
  if (last === undefined) {
    const inside = argumentsSpan.start + 1;
    return inside < argumentsSpan.end ? { start: inside, end: inside, text } : undefined;
  }
  // A lone generator shares its brackets with the call.
  if (last.span.end >= argumentsSpan.end) return undefined;
  return { start: last.span.end, end: last.span.end, text: `, ${text}` };
}

/** Takes an argument out of a call, with the comma that goes with it. */
export function removeArgument(fact: CallFact, index: number, source: string): Edit | undefined {
  const argument = fact.arguments[index];
  const { argumentsSpan } = fact.form;
  if (argument === undefined) return undefined;
  const previous = fact.arguments[index - 1];
  if (previous !== undefined) return { start: previous.span.end, end: argument.span.end, text: '' };
  const next = fact.arguments[index + 1];
  if (next !== undefined) return { start: argument.span.start, end: next.span.start, text: '' };
  const after = source.slice(argument.span.end, argumentsSpan.end - 1);
  return /^\s*,?\s*$/.test(after)
    ? { start: argument.span.start, end: argumentsSpan.end - 1, text: '' }
    : undefined;
}

/** Applies edits from the end of the text on; undefined where two of them overlap. */
export function applyEdits(content: string, edits: readonly Edit[]): string | undefined {
  const ordered = [...edits].sort(
    (left, right) => right.start - left.start || right.end - left.end,
  );
  let result = content;
  let limit = Number.POSITIVE_INFINITY;
  for (const edit of ordered) {
    if (edit.end > limit || edit.start > edit.end) return undefined;
    result = result.slice(0, edit.start) + edit.text + result.slice(edit.end);
    limit = edit.start;
  }
  return result;
}
