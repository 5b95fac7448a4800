import { css } from 'lit';

/** What every panel shares: box model, buttons, focus ring, hidden text. */
export const base = css`
  :host {
    display: block;
  }

  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  [hidden] {
    display: none !important;
  }

  button,
  textarea,
  select,
  input {
    font: inherit;
    color: inherit;
    margin: 0;
  }

  button {
    appearance: none;
    border: 0;
    background: none;
    padding: 0;
    text-align: start;
    cursor: pointer;
  }

  button:disabled {
    cursor: default;
    opacity: 0.5;
  }

  :focus {
    outline: none;
  }

  :focus-visible {
    outline: 2px solid var(--ida-accent);
    outline-offset: 1px;
  }

  .button {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    block-size: 24px;
    padding-inline: 8px;
    border-radius: var(--ida-radius);
    font-size: 12px;
    font-weight: 550;
    white-space: nowrap;
    transition: background var(--ida-motion);
  }

  .button:hover:not(:disabled) {
    background: color-mix(in srgb, var(--ida-ink) 8%, transparent);
  }

  .button.primary {
    background: var(--ida-accent);
    color: var(--ida-on-accent);
  }

  .button.primary:hover:not(:disabled) {
    background: color-mix(in srgb, var(--ida-accent) 88%, var(--ida-ink));
  }

  .button.quiet {
    color: var(--ida-ink-2);
    font-weight: 400;
  }

  .button.quiet:hover:not(:disabled) {
    color: var(--ida-ink);
  }

  .icon-button {
    display: inline-grid;
    place-items: center;
    flex: none;
    inline-size: 28px;
    block-size: 28px;
    border-radius: var(--ida-radius);
    color: var(--ida-ink-2);
    transition: background var(--ida-motion);
  }

  .icon-button:hover:not(:disabled) {
    background: color-mix(in srgb, var(--ida-ink) 8%, transparent);
    color: var(--ida-ink);
  }

  svg {
    display: block;
    flex: none;
  }

  .mono {
    font-family: var(--ida-mono);
    font-size: 12.5px;
  }

  .secondary {
    color: var(--ida-ink-2);
    font-size: 12px;
  }

  .numbers {
    white-space: nowrap;
    font-variant-numeric: tabular-nums;
  }

  .added {
    color: var(--ida-add);
  }

  .removed {
    color: var(--ida-del);
  }

  .cut {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    min-inline-size: 0;
  }

  .grow {
    flex: 1;
    min-inline-size: 0;
  }

  .visually-hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;
