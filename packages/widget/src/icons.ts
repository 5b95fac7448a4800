import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';

/** Names of the signs that load with the panel. */
export type IconName = keyof typeof shapes;

// Drawn on a 16-unit grid with strokes of 1.5, so that they sit with 13 px text.
const shapes = {
  canvas: svg`<path d="M9.5 2.75h3.75V6.5M6.5 13.25H2.75V9.5M13 3 9.25 6.75M3 13l3.75-3.75"/>`,
  panel: svg`<path d="M13.25 6.75H9.5V3M2.75 9.25H6.5V13M9.75 6.25 13.5 2.5M6.25 9.75 2.5 13.5"/>`,
  minimize: svg`<path d="M3 8h10"/>`,
  close: svg`<path d="m4 4 8 8M12 4l-8 8"/>`,
  send: svg`<path d="M8 13V3.5M4 7l4-4 4 4"/>`,
  stop: svg`<rect x="4" y="4" width="8" height="8" rx="1.5" fill="currentColor" stroke="none"/>`,
  run: svg`<path d="M5 3.25v9.5L12.5 8z" fill="currentColor" stroke-linejoin="round"/>`,
  down: svg`<path d="M8 3v9.5M4 9l4 4 4-4"/>`,
  chevron: svg`<path d="m6 4 4 4-4 4"/>`,
  clock: svg`<circle cx="8" cy="8" r="5.25"/><path d="M8 5v3.25l2 1.25"/>`,
  shield: svg`<path d="M8 2.5 3.5 4v4c0 2.75 1.9 4.6 4.5 5.5 2.6-.9 4.5-2.75 4.5-5.5V4z"/>`,
} as const;

/** A sign of 16 px that repeats what the words beside it, or the name of its button, say. */
export function icon(name: IconName): TemplateResult {
  return drawn(shapes[name]);
}

/** Frames a shape as a sign. */
export function drawn(shape: SVGTemplateResult): TemplateResult {
  return html`<svg
    viewBox="0 0 16 16"
    width="16"
    height="16"
    fill="none"
    stroke="currentColor"
    stroke-width="1.5"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
    focusable="false"
  >
    ${shape}
  </svg>`;
}
