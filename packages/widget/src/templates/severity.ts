import type { Severity } from '@ide-assistant/sdk/protocol';
import { html, svg, type TemplateResult } from 'lit';
import { findingStrings } from '../strings/canvas.ts';

// Critical and high share a colour, so each level has a shape of its own as well as its word.
const shapes: Record<Severity, TemplateResult<2>> = {
  critical: svg`<path d="M4 1h4l3 3v4l-3 3H4L1 8V4z" fill="currentColor"/>`,
  high: svg`<path d="M6 1.5 11 10.5H1z" fill="currentColor"/>`,
  medium: svg`<path d="M6 1.5 10.5 6 6 10.5 1.5 6z" fill="none" stroke="currentColor" stroke-width="1.5"/>`,
  low: svg`<circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" stroke-width="1.5"/>`,
};

/** A severity as shape and word. */
export function severityMark(severity: Severity): TemplateResult {
  return html`<span class="severity ${severity}"
    ><svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" focusable="false">
      ${shapes[severity]}
    </svg>
    ${findingStrings.severities[severity]}</span
  >`;
}
