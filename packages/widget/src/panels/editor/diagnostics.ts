import { setDiagnostics, type Diagnostic } from '@codemirror/lint';
import type { EditorView } from '@codemirror/view';
import type { Alert, OutputOf } from '@ide-assistant/sdk/protocol';
import { findingsOf, rangeOf } from '../../state/findings-view.ts';
import { findingStrings } from '../../strings/canvas.ts';

const levels: Record<Alert['severity'], Diagnostic['severity']> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'info',
};

/** Marks the findings of a scan in the text, in place of those of the scan before. */
export function markFindings(view: EditorView, scan: OutputOf<'security_scan'> | undefined): void {
  const text = view.state.doc.toString();
  view.dispatch(setDiagnostics(view.state, scan ? diagnosticsOf(scan, text) : []));
}

function diagnosticsOf(scan: OutputOf<'security_scan'>, text: string): Diagnostic[] {
  return findingsOf(scan).map((finding) => ({
    ...rangeOf(finding, text),
    severity: levels[finding.severity],
    source: finding.rule,
    message: `${findingStrings.severities[finding.severity]}: ${finding.message}`,
  }));
}
