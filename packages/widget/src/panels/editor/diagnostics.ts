import type { Diagnostic } from '@codemirror/lint';
import type { Alert, OutputOf } from '@ide-assistant/sdk/protocol';
import { findingsOf, rangeOf } from '../../state/findings-view.ts';
import { findingStrings } from '../../strings/panels.ts';

const levels: Record<Alert['severity'], Diagnostic['severity']> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'info',
};

/** The findings of a scan as marks in the text. */
export function diagnosticsOf(
  scan: OutputOf<'security_scan'> | undefined,
  text: string,
): Diagnostic[] {
  if (!scan) return [];
  return findingsOf(scan).map((finding) => ({
    ...rangeOf(finding, text),
    severity: levels[finding.severity],
    source: finding.rule,
    message: `${findingStrings.severities[finding.severity]}: ${finding.message}`,
  }));
}
