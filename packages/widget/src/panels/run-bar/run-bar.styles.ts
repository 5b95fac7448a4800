import { css } from 'lit';
import { base } from '../../styles/base.ts';

const own = css`
  :host {
    display: flex;
    align-items: center;
    gap: 4px;
    min-inline-size: 0;
  }

  .save-state {
    display: flex;
    align-items: center;
    gap: 8px;
    margin-inline-end: 8px;
    color: var(--ida-ink-2);
    font-size: 12px;
    white-space: nowrap;
  }

  .save-state .saved {
    color: var(--ida-good);
  }

  .save-state .conflict {
    color: var(--ida-bad);
  }

  select {
    appearance: none;
    field-sizing: content;
    block-size: 24px;
    padding-inline: 8px;
    border: 0;
    border-radius: var(--ida-radius);
    background: none;
    color: var(--ida-ink-2);
    font-size: 12px;
    text-align: end;
    cursor: pointer;
  }

  select:hover {
    background: color-mix(in srgb, var(--ida-ink) 8%, transparent);
  }

  option {
    background: var(--ida-surface);
    color: var(--ida-ink);
  }

  .button svg {
    inline-size: 12px;
    block-size: 12px;
  }

  .run {
    min-inline-size: 62px;
    justify-content: center;
  }
`;

/** Styles of the bar of actions on the open file. */
export const runBarStyles = [base, own];
