import { css } from 'lit';
import { base } from '../../styles/base.ts';

const own = css`
  :host {
    display: inline-block;
  }

  .open {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    color: var(--ida-ink-2);
    font-size: 12px;
    text-decoration: underline dotted;
    text-underline-offset: 3px;
    border-radius: 2px;
  }

  .open:hover {
    color: var(--ida-ink);
  }

  .open.bad {
    color: var(--ida-bad);
    font-weight: 550;
  }

  .open svg {
    inline-size: 12px;
    block-size: 12px;
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
    margin: 0;
    color: var(--ida-ink-2);
  }

  p.bad {
    color: var(--ida-bad);
  }

  .verdict {
    display: flex;
    gap: 8px;
    margin-block: 4px 12px;
  }

  .verdict p + p {
    margin-block-start: 4px;
  }

  h4 {
    margin: 0 0 4px;
    font-size: 12px;
    font-weight: 550;
    line-height: 16px;
  }

  .verdict.good > svg,
  .good h4 {
    color: var(--ida-good);
  }

  .verdict.bad {
    padding: 8px;
    border-radius: var(--ida-radius);
    background: color-mix(in srgb, var(--ida-bad) 10%, transparent);
  }

  .verdict.bad > svg,
  .bad h4 {
    color: var(--ida-bad);
  }

  .verdict.bad p {
    color: var(--ida-ink);
  }

  dl {
    display: grid;
    grid-template-columns: 64px minmax(0, 1fr);
    gap: 4px 12px;
    align-items: baseline;
    margin: 0;
  }

  dt {
    color: var(--ida-ink-2);
  }

  dd {
    margin: 0;
    overflow-wrap: anywhere;
    font-variant-numeric: tabular-nums;
  }

  dd.mono {
    font-size: 11px;
    line-height: 16px;
  }

  details {
    margin-block-start: 12px;
  }

  summary {
    inline-size: fit-content;
    border-radius: 2px;
    color: var(--ida-ink-2);
    cursor: pointer;
  }

  details dl {
    margin-block-start: 8px;
  }
`;

/** Styles of the proof. */
export const proofStyles = [base, own];
