import { css } from 'lit';
import { base } from '../../styles/base.ts';

const own = css`
  :host {
    display: flex;
    flex-direction: column;
    background: var(--ida-surface);
  }

  .head {
    display: flex;
    align-items: center;
    flex: none;
    block-size: 36px;
    padding-inline: 12px 4px;
    border-block-end: 1px solid var(--ida-line);
  }

  h3 {
    flex: 1;
    margin: 0;
    font-size: 11px;
    font-weight: 550;
    color: var(--ida-ink-2);
  }

  .head .icon-button {
    inline-size: 24px;
    block-size: 24px;
  }

  .tree {
    flex: 1;
    overflow: auto;
    margin: 0;
    padding: 4px;
    list-style: none;
  }

  .row {
    display: flex;
    align-items: center;
    gap: 4px;
    block-size: 26px;
    padding-inline: calc(4px + (var(--level, 1) - 1) * 12px) 8px;
    border-radius: 4px;
    cursor: pointer;
    content-visibility: auto;
    contain-intrinsic-block-size: 26px;
  }

  .level-2 {
    --level: 2;
  }

  .level-3 {
    --level: 3;
  }

  .level-4 {
    --level: 4;
  }

  .level-5 {
    --level: 5;
  }

  .level-6 {
    --level: 6;
  }

  .level-7 {
    --level: 7;
  }

  .level-8 {
    --level: 8;
  }

  .row:hover {
    background: var(--ida-surface-2);
  }

  .row[aria-selected='true'] {
    background: color-mix(in srgb, var(--ida-accent) 12%, var(--ida-surface));
  }

  .row:focus-visible {
    outline-offset: -2px;
  }

  .twist {
    inline-size: 16px;
    flex: none;
    color: var(--ida-ink-2);
  }

  .twist svg {
    transition: transform var(--ida-motion);
  }

  [aria-expanded='true'] .twist svg {
    transform: rotate(90deg);
  }

  .form {
    padding: 4px 8px;
  }

  input {
    inline-size: 100%;
    block-size: 26px;
    padding-inline: 8px;
    border: 1px solid var(--ida-accent);
    border-radius: 4px;
    background: var(--ida-surface);
  }

  input:focus-visible {
    outline-offset: -2px;
  }

  .note {
    margin: 0;
    padding: 12px;
    color: var(--ida-ink-2);
    font-size: 12px;
  }

  .confirm {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px;
    padding: 8px 12px;
    border-block-start: 1px solid var(--ida-line);
    font-size: 12px;
  }
`;

/** Styles of the file tree. */
export const fileTreeStyles = [base, own];
