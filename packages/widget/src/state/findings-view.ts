import type { Alert, OutputOf, Severity } from '@ide-assistant/sdk/protocol';

const rank: Record<Severity, number> = { low: 0, medium: 1, high: 2, critical: 3 };

/** Findings of a scan, worst first and then in file order, each once. */
export function findingsOf(scan: OutputOf<'security_scan'>): Alert[] {
  const unique = new Map<string, Alert>();
  for (const alert of [...scan.alerts, ...scan.static_analysis.issues]) {
    const key = `${alert.rule}:${alert.line}:${alert.column}`;
    if (!unique.has(key)) unique.set(key, alert);
  }
  return [...unique.values()].sort(
    (a, b) => rank[b.severity] - rank[a.severity] || a.line - b.line || a.column - b.column,
  );
}

/** A place in a text by offset. */
export interface TextRange {
  from: number;
  to: number;
}

/**
 * Offsets of a finding in a text that may have changed since the scan: the finding's lines and
 * columns count from 1 and its end is exclusive. Always within the text and at least one character
 * wide where the line has one.
 */
export function rangeOf(alert: Alert, text: string): TextRange {
  const starts = lineStarts(text);
  const from = offsetAt(starts, text.length, alert.line, alert.column);
  const to = offsetAt(starts, text.length, alert.end_line, alert.end_column);
  return to > from ? { from, to } : { from, to: Math.min(text.length, from + 1) };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function offsetAt(starts: number[], length: number, line: number, column: number): number {
  const start = starts[line - 1];
  if (start === undefined) return length;
  const end = (starts[line] ?? length + 1) - 1;
  return Math.min(start + Math.max(0, column - 1), end);
}
