import { html, svg, type TemplateResult } from 'lit';

/** Names of the drawn signs. */
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
  files: svg`<path d="M2.5 4.25c0-.6.4-1 1-1h3l1.5 1.5h4.5c.6 0 1 .4 1 1v6c0 .6-.4 1-1 1h-9c-.6 0-1-.4-1-1z"/>`,
  newFile: svg`<path d="M9 2.75H4.75v10.5h3.5M9 2.75l2.75 2.75v2M9 2.75V5.5h2.75M12 9.5v4M10 11.5h4"/>`,
  newFolder: svg`<path d="M8 12.75H3.5c-.6 0-1-.4-1-1v-7.5c0-.6.4-1 1-1h3l1.5 1.5h4.5c.6 0 1 .4 1 1v2.5M12 9.5v4M10 11.5h4"/>`,
  rename: svg`<path d="m10.5 3.5 2 2-7 7-2.75.75.75-2.75zM9 5l2 2"/>`,
  remove: svg`<path d="M3 4.5h10M6.5 4.25V3h3v1.25M4.5 4.75l.5 8.5h6l.5-8.5M7 7v4M9 7v4"/>`,
  refresh: svg`<path d="M13 8a5 5 0 1 1-1.5-3.55M13 2.5v2.75h-2.75"/>`,
  chevron: svg`<path d="m6 4 4 4-4 4"/>`,
  drawer: svg`<path d="M2.75 3.25h10.5v9.5H2.75zM2.75 9.25h10.5"/>`,
  clock: svg`<circle cx="8" cy="8" r="5.25"/><path d="M8 5v3.25l2 1.25"/>`,
  shield: svg`<path d="M8 2.5 3.5 4v4c0 2.75 1.9 4.6 4.5 5.5 2.6-.9 4.5-2.75 4.5-5.5V4z"/>`,
} as const;

/** A sign of 16 px that repeats what the words beside it, or the name of its button, say. */
export function icon(name: IconName): TemplateResult {
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
    ${shapes[name]}
  </svg>`;
}
