import type { Finding } from './finding.ts';
import type { LineIndex } from './line-index.ts';

const comment =
  /(?:#|\/\/|\/\*|<!--|--|;)\s*hunter:\s*ignore\[([\w\-, *]+)\]\s*(.*?)\s*(?:\*\/|-->)?\s*$/;

/**
 * Leaves out the findings that a comment accepts: `# hunter: ignore[rule] reason`, at the end of a
 * line that the finding touches, or alone on the line above. Several rules are divided by commas; `*`
 * is all of them. A comment without a reason accepts nothing.
 */
export function withoutSuppressed(
  findings: readonly Finding[],
  content: string,
  lines: LineIndex,
): Finding[] {
  if (!content.includes('hunter:')) return [...findings];
  return findings.filter((finding) => {
    const first = lines.positionOf(finding.start).line;
    const last = lines.positionOf(Math.max(finding.start, finding.end - 1)).line;
    const candidates = [first - 1, first, last];
    return !candidates.some((line) => accepts(lines.lineText(line), finding.rule, line < first));
  });
}

function accepts(text: string, rule: string, mustStandAlone: boolean): boolean {
  const match = comment.exec(text);
  if (match === null || (mustStandAlone && text.slice(0, match.index).trim() !== '')) return false;
  const [, names = '', reason = ''] = match;
  if (!/\w/.test(reason)) return false;
  const accepted = names.split(',').map((name) => name.trim());
  return accepted.includes(rule) || accepted.includes('*');
}
