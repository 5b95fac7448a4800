import { css } from 'lit';
import { base } from '../../styles/base.ts';

const own = css`
  :host {
    display: inline-block;
  }

  .open {
    color: var(--ida-ink-2);
    font-size: 12px;
    text-decoration: underline dotted;
    text-underline-offset: 3px;
    border-radius: 2px;
  }

  .open:hover {
    color: var(--ida-ink);
  }

  [popover] {
    position: fixed;
    inset: auto;
    margin: 0;
    inline-size: min(400px, calc(100vw - 32px));
    max-block-size: min(480px, calc(100dvh - 80px));
    overflow: auto;
    padding: 12px;
    border: 1px solid var(--ida-line);
    border-radius: var(--ida-radius-panel);
    background: var(--ida-surface);
    color: var(--ida-ink);
    box-shadow: var(--ida-shadow);
    font-size: 12px;
    white-space: normal;
  }

  .head {
    display: flex;
    align-items: center;
    justify-content: space-between;
  }

  h3 {
    margin: 0;
    font-size: 13px;
    font-weight: 550;
  }

  p {
    margin: 0 0 8px;
    color: var(--ida-ink-2);
  }

  .bad {
    color: var(--ida-bad);
  }

  dl {
    display: grid;
    grid-template-columns: max-content minmax(0, 1fr);
    gap: 4px 12px;
    margin: 0 0 8px;
  }

  dt {
    color: var(--ida-ink-2);
  }

  dd {
    margin: 0;
    overflow-wrap: anywhere;
    font-variant-numeric: tabular-nums;
  }

  pre {
    margin: 4px 0 0;
    padding: 8px;
    border-radius: var(--ida-radius);
    background: var(--ida-surface-2);
    font-family: var(--ida-mono);
    font-size: 11px;
    line-height: 16px;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
`;

/** Styles of the proof. */
export const proofStyles = [base, own];
