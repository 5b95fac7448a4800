import type { Alert, Severity } from '@ide-assistant/sdk/protocol';
import type { FixPlan } from './fixes/edit.ts';
import type { Span } from './form/form.ts';
import type { LineIndex } from './line-index.ts';

/** Something that was found in a file, before it is told to anyone. */
export interface Finding extends Span {
  readonly rule: string;
  readonly message: string;
  readonly severity: Severity;
  readonly confidence: number;
  readonly cwe: string | undefined;
  readonly fix: FixPlan | undefined;
}

/** Brings a finding into the form of the wire. */
export function toAlert(finding: Finding, lines: LineIndex, path: string | undefined): Alert {
  const start = lines.positionOf(finding.start);
  const end = lines.positionOf(Math.max(finding.end, finding.start));
  return {
    rule: finding.rule,
    message: finding.message,
    severity: finding.severity,
    ...(finding.cwe === undefined ? {} : { cwe: finding.cwe }),
    ...(path === undefined ? {} : { path }),
    line: start.line,
    column: start.column,
    end_line: end.line,
    end_column: end.column,
    fixable: finding.fix !== undefined,
    confidence: finding.confidence,
  };
}
