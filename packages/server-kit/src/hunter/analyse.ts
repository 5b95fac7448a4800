import { checkCorrectness } from './correctness/check.ts';
import type { Finding } from './finding.ts';
import type { Program } from './form/form.ts';
import { lowerJavascript } from './form/javascript.ts';
import { lowerPython } from './form/python.ts';
import type { Dialect } from './languages.ts';
import { createLineIndex, type LineIndex } from './line-index.ts';
import { activeRules } from './rules/active-rules.ts';
import { runRules } from './rules/run-rules.ts';
import { scanSecrets } from './secrets/scan-secrets.ts';
import { scanText } from './secrets/scan-text.ts';
import { withoutSuppressed } from './suppression.ts';
import type { SyntaxNode, SyntaxProblem } from './syntax/node.ts';
import type { SyntaxParser } from './syntax/parser.ts';

/** All that is known of a text after one look at it. */
export interface Analysis {
  readonly content: string;
  readonly lines: LineIndex;
  /** Security findings and secrets in the order of the text, without those that a comment accepts. */
  readonly alerts: readonly Finding[];
  /** Findings about correctness, likewise. */
  readonly issues: readonly Finding[];
  /** Undefined where the syntax was not looked at. */
  readonly program: Program | undefined;
  /** How many places do not follow the grammar. */
  readonly problemCount: number;
}

/** What {@link analyse} needs beside the text. */
export interface AnalyseOptions {
  readonly dialect: Dialect | undefined;
  readonly parser: SyntaxParser;
  /** Whether correctness is looked at; if not, a text without words of danger is not parsed. */
  readonly withIssues: boolean;
  /** Called now and then; throws to stop. */
  readonly checkpoint: () => void;
}

/** Looks at a text in every way that its language allows. */
export function analyse(
  content: string,
  { dialect, parser, withIssues, checkpoint }: AnalyseOptions,
): Analysis {
  const lines = createLineIndex(content);
  const settle = (findings: readonly Finding[]): Finding[] =>
    withoutSuppressed(findings, content, lines).sort(
      (left, right) => left.start - right.start || left.rule.localeCompare(right.rule),
    );
  const inText = [...scanSecrets(content, dialect === undefined, checkpoint), ...scanText(content)];
  const rules = dialect === undefined ? [] : activeRules(content, dialect.family);
  if (dialect === undefined || (rules.length === 0 && !withIssues)) {
    return {
      content,
      lines,
      alerts: settle(inText),
      issues: [],
      program: undefined,
      problemCount: 0,
    };
  }
  const { root, problems } = parser.parse(dialect.grammar, content, checkpoint);
  checkpoint();
  const lower = dialect.family === 'python' ? lowerPython : lowerJavascript;
  const program = lower(root, content);
  const inTree = runRules(rules, program, content, dialect.family, checkpoint);
  const found = [...inTree, ...lookAgain(inTree)];
  const issues = withIssues ? checkCorrectness(program, problems, content, dialect.family) : [];
  return {
    content,
    lines,
    alerts: settle([...inText, ...found.filter((finding) => !isToldBetter(finding, inText))]),
    issues: settle(issues),
    program,
    problemCount: problems.length,
  };

  /**
   * Where the grammar is broken, the parser may take a call for something else. Each line of such a
   * stretch that reads well by itself is looked at alone, which sees no names of other lines.
   */
  function lookAgain(known: readonly Finding[]): Finding[] {
    const broken = brokenLines(root, problems, lines);
    return broken.flatMap((line) => {
      const text = lines.lineText(line);
      const alone = dialect && parser.parse(dialect.grammar, text.trim(), checkpoint);
      if (dialect === undefined || alone === undefined || alone.problems.length > 0) return [];
      const offset = lines.startOf(line) + text.length - text.trimStart().length;
      return runRules(
        rules,
        lower(alone.root, text.trim()),
        text.trim(),
        dialect.family,
        checkpoint,
      )
        .map((finding) => ({
          ...finding,
          start: finding.start + offset,
          end: finding.end + offset,
          confidence: Math.min(finding.confidence, confidenceOfLine),
          fix: undefined,
        }))
        .filter(
          (finding) =>
            !known.some(
              (other) => other.rule === finding.rule && lines.positionOf(other.start).line === line,
            ),
        );
    });
  }
}

/** Confidence of what is found in a line that was read without the others. */
const confidenceOfLine = 0.6;

/** Lines of broken stretches that are read alone, at most. */
const maxBrokenLines = 200;

/** Lines of the outermost statements in which the grammar is broken. */
function brokenLines(
  root: SyntaxNode,
  problems: readonly SyntaxProblem[],
  lines: LineIndex,
): number[] {
  const found = new Set<number>();
  for (const problem of problems) {
    const around = root.children.find(
      (one) => one.start <= problem.start && problem.end <= one.end,
    );
    const first = lines.positionOf((around ?? problem).start).line;
    const last = lines.positionOf((around ?? problem).end).line;
    for (let line = first; line <= last && found.size < maxBrokenLines; line += 1) found.add(line);
  }
  return [...found];
}

/** A secret of a known format says more than that something is written into the code. */
function isToldBetter(finding: Finding, secrets: readonly Finding[]): boolean {
  return (
    finding.rule === 'hard-coded-credential' &&
    secrets.some((secret) => finding.start < secret.end && secret.start < finding.end)
  );
}
