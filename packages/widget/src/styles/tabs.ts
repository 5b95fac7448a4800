import { css } from 'lit';

/** Looks of a tab list. */
export const tabStyles = css`
  .tabs {
    display: flex;
    gap: 4px;
    min-inline-size: 0;
  }

  .tab {
    position: relative;
    block-size: 100%;
    min-block-size: 28px;
    padding-inline: 8px;
    border-radius: var(--ida-radius);
    color: var(--ida-ink-2);
    font-size: 12px;
    white-space: nowrap;
  }

  .tab:hover {
    color: var(--ida-ink);
  }

  .tab[aria-selected='true'] {
    color: var(--ida-ink);
    font-weight: 550;
  }

  .tab[aria-selected='true']::after {
    content: '';
    position: absolute;
    inset-inline: 8px;
    inset-block-end: 0;
    block-size: 2px;
    border-radius: 1px;
    background: var(--ida-accent);
  }

  .count {
    color: var(--ida-ink-2);
    font-size: 11px;
    font-weight: 400;
    font-variant-numeric: tabular-nums;
  }
`;
