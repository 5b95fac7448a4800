import type { Analysis } from '../analyse.ts';
import type { Finding } from '../finding.ts';
import { applyEdits, type Edit, type FixPlan, type FixTier } from './edit.ts';
import { importEdits } from './imports.ts';

/** A finding with the fix that is to be made. */
interface Candidate {
  readonly finding: Finding;
  readonly plan: FixPlan;
}

/** A fix that was made, with the offset of its finding in the text that was given. */
export interface MadeFix {
  readonly finding: Finding;
  readonly plan: FixPlan;
  readonly offset: number;
}

/** Rounds after which a file is left as it is; each round but the last makes a fix. */
const maxRounds = 8;

/**
 * Makes every fix that can be proved. Fixes of one round must not touch each other; what is left is
 * tried in the next, until a round makes none, so that a second run has nothing to do.
 */
export function fixAll(
  start: Analysis,
  wants: (finding: Finding) => boolean,
  tiers: readonly FixTier[],
  look: (content: string) => Analysis,
): { readonly analysis: Analysis; readonly made: readonly MadeFix[] } {
  const made: MadeFix[] = [];
  let analysis = start;
  let toOrigin = (offset: number): number => offset;
  for (let round = 0; round < maxRounds; round += 1) {
    const candidates = candidatesOf(analysis, wants, tiers);
    const step = prove(analysis, disjoint(candidates), look);
    if (step === undefined) break;
    const before = toOrigin;
    made.push(...step.candidates.map((one) => ({ ...one, offset: before(one.finding.start) })));
    const { edits } = step;
    toOrigin = (offset) => before(undo(offset, edits));
    analysis = step.analysis;
  }
  return { analysis, made };
}

function candidatesOf(
  analysis: Analysis,
  wants: (finding: Finding) => boolean,
  tiers: readonly FixTier[],
): Candidate[] {
  return [...analysis.alerts, ...analysis.issues].flatMap((finding) => {
    const { fix } = finding;
    return fix !== undefined && tiers.includes(fix.tier) && wants(finding)
      ? [{ finding, plan: fix }]
      : [];
  });
}

/** Of fixes that touch the same text only the first. */
function disjoint(candidates: readonly Candidate[]): Candidate[] {
  const taken: Edit[] = [];
  return candidates.filter(({ plan }) => {
    const touches = plan.edits.some((edit) =>
      taken.some((other) => edit.start <= other.end && other.start <= edit.end),
    );
    if (!touches) taken.push(...plan.edits);
    return !touches;
  });
}

interface Step {
  readonly analysis: Analysis;
  readonly candidates: readonly Candidate[];
  readonly edits: readonly Edit[];
}

/** The largest part of the candidates that proves right: all together, or else by halves. */
function prove(
  analysis: Analysis,
  candidates: readonly Candidate[],
  look: (content: string) => Analysis,
): Step | undefined {
  if (candidates.length === 0) return undefined;
  const whole = proveTogether(analysis, candidates, look);
  if (whole !== undefined || candidates.length === 1) return whole;
  const middle = Math.ceil(candidates.length / 2);
  return (
    prove(analysis, candidates.slice(0, middle), look) ??
    prove(analysis, candidates.slice(middle), look)
  );
}

function proveTogether(
  before: Analysis,
  candidates: readonly Candidate[],
  look: (content: string) => Analysis,
): Step | undefined {
  if (before.program === undefined) return undefined;
  const modules = candidates.flatMap(({ plan }) => plan.imports ?? []);
  const imports = importEdits(modules, before.program, before.content);
  if (imports === undefined) return undefined;
  const edits = [...candidates.flatMap(({ plan }) => plan.edits), ...imports];
  const content = applyEdits(before.content, edits);
  if (content === undefined || content === before.content) return undefined;
  const after = look(content);
  return holds(before, after, candidates) ? { analysis: after, candidates, edits } : undefined;
}

/** Whether the text parses no worse, what was mended is gone, and nothing else has come. */
function holds(before: Analysis, after: Analysis, candidates: readonly Candidate[]): boolean {
  if (after.problemCount > before.problemCount) return false;
  const old = countRules([...before.alerts, ...before.issues]);
  const mended = countRules(candidates.map((candidate) => candidate.finding));
  const now = countRules([...after.alerts, ...after.issues]);
  return [...new Set([...now.keys(), ...mended.keys()])].every(
    (rule) => (now.get(rule) ?? 0) <= (old.get(rule) ?? 0) - (mended.get(rule) ?? 0),
  );
}

function countRules(findings: readonly Finding[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { rule } of findings) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return counts;
}

/** Where an offset of the changed text was before the edits. */
function undo(offset: number, edits: readonly Edit[]): number {
  let shift = 0;
  for (const edit of [...edits].sort((left, right) => left.start - right.start)) {
    const start = edit.start + shift;
    const end = start + edit.text.length;
    if (offset < start) break;
    if (offset < end) return edit.start;
    shift += edit.text.length - (edit.end - edit.start);
  }
  return offset - shift;
}
