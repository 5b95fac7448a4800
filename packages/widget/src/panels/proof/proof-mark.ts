import { svg, type TemplateResult } from 'lit';
import { drawn } from '../../icons.ts';
import type { ProofView } from '../../state/proof-view.ts';

// Shapes differ as much as colours do, for those who cannot tell the colours apart.
const shapes: Record<ProofView['tone'], TemplateResult<2>> = {
  good: svg`<circle cx="8" cy="8" r="5.75"/><path d="m5.5 8.25 1.75 1.75 3.25-3.75"/>`,
  neutral: svg`<circle cx="8" cy="8" r="5.75"/><path d="M5.75 8h4.5"/>`,
  bad: svg`<path d="M8 2.25 14 13.25H2zM8 6.5v3M8 11.4v.1"/>`,
};

/** The verdict as a sign; words beside it say the same. */
export function proofMark(tone: ProofView['tone']): TemplateResult {
  return drawn(shapes[tone]);
}
