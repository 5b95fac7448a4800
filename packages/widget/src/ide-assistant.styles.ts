import { css } from 'lit';
import { dotStyles } from './styles/dot.ts';
import { tokens } from './styles/tokens.ts';

const own = css`
  :host {
    all: initial;
    display: contents;
  }

  :host([hidden]) {
    display: none;
  }

  .root {
    position: fixed;
    z-index: var(--ida-z-index);
    inset-block-end: 16px;
    inset-inline-end: 16px;
    font-family: var(--ida-font);
    font-size: 13px;
    line-height: 18px;
    color: var(--ida-ink);
    text-align: start;
    -webkit-font-smoothing: antialiased;
  }

  .root.bottom-left,
  .root.top-left {
    inset-inline: 16px auto;
  }

  .root.top-left,
  .root.top-right {
    inset-block: 16px auto;
  }

  [hidden] {
    display: none !important;
  }

  .launcher {
    appearance: none;
    position: relative;
    display: grid;
    place-items: center;
    box-sizing: border-box;
    inline-size: 48px;
    block-size: 48px;
    margin: 0;
    padding: 0;
    border: 1px solid var(--ida-line);
    border-radius: 14px;
    background: var(--ida-surface);
    color: var(--ida-ink);
    font: inherit;
    cursor: pointer;
    box-shadow: var(--ida-shadow);
    transition: background var(--ida-motion);
  }

  .launcher:hover {
    background: var(--ida-surface-2);
  }

  .launcher:focus-visible {
    outline: 2px solid var(--ida-accent);
    outline-offset: 2px;
  }

  .launcher .dot {
    position: absolute;
    inset-block-end: -3px;
    inset-inline-end: -3px;
    inline-size: 10px;
    block-size: 10px;
    outline: 2px solid var(--ida-surface);
  }

  .badge {
    position: absolute;
    inset-block-start: -4px;
    inset-inline-end: -4px;
    box-sizing: border-box;
    min-inline-size: 18px;
    block-size: 18px;
    padding-inline: 4px;
    border-radius: 9px;
    background: var(--ida-accent);
    color: var(--ida-on-accent);
    font-size: 11px;
    font-weight: 550;
    line-height: 18px;
    text-align: center;
    font-variant-numeric: tabular-nums;
  }
`;

/** Styles of the element itself: the reset against the page, the tokens, the launcher. */
export const ideAssistantStyles = [tokens, dotStyles, own];
