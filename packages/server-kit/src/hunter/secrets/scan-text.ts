import type { Finding } from '../finding.ts';

/** Marks that turn the direction of writing, so that code reads otherwise than it runs. */
const bidirectional = /[\u202A-\u202E\u2066-\u2069]/g;

/** Finds what any text may hold beside secrets: marks that make it look other than it is. */
export function scanText(content: string): Finding[] {
  const first = content.search(bidirectional);
  if (first < 0) return [];
  const lines = new Set<number>();
  return [...content.matchAll(bidirectional)].flatMap((match): Finding[] => {
    const line = content.lastIndexOf('\n', match.index);
    if (lines.has(line)) return [];
    lines.add(line);
    return [
      {
        rule: 'bidirectional-text',
        message:
          'An invisible mark turns the direction of writing here, so the code reads otherwise than it runs. Remove it.',
        severity: 'high',
        confidence: 0.9,
        cwe: 'CWE-1007',
        fix: undefined,
        start: match.index,
        end: match.index + 1,
      },
    ];
  });
}
