import { css } from 'lit';
import { base } from '../../styles/base.ts';

const own = css`
  ul {
    list-style: none;
    margin: 0;
    padding: 0;
  }

  li {
    padding-block: 8px;
  }

  li + li {
    border-block-start: 1px solid var(--ida-line);
  }

  .head {
    display: flex;
    align-items: center;
    gap: 8px;
  }

  .head svg {
    color: var(--ida-warn);
  }

  .what {
    font-weight: 550;
  }

  p {
    margin: 0 0 0 24px;
    font-size: 12px;
    color: var(--ida-ink-2);
  }

  details {
    margin-inline-start: 24px;
    font-size: 12px;
  }

  summary {
    color: var(--ida-ink-2);
    cursor: pointer;
  }

  pre {
    margin: 4px 0;
    padding: 8px;
    max-block-size: 160px;
    overflow: auto;
    border-radius: var(--ida-radius);
    background: var(--ida-surface-2);
    font-family: var(--ida-mono);
    font-size: 12px;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }

  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    margin: 8px 0 0 24px;
  }

  .empty {
    margin: 0;
    padding-block: 8px;
  }
`;

/** Styles of the list of approvals. */
export const approvalsStyles = [base, own];
