import { html } from 'lit';

/** The mark of the assistant: a caret in brackets. */
export const glyph = html`<svg
  viewBox="0 0 24 24"
  width="24"
  height="24"
  fill="none"
  stroke="currentColor"
  stroke-width="1.75"
  stroke-linecap="round"
  stroke-linejoin="round"
  aria-hidden="true"
  focusable="false"
>
  <path d="M7.5 4.5H4v15h3.5M16.5 4.5H20v15h-3.5M10 8.5l3.75 3.5L10 15.5" />
</svg>`;
