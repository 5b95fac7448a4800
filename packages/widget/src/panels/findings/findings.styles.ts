import { css } from 'lit';
import { base } from '../../styles/base.ts';

const own = css`
  .head {
    display: flex;
    align-items: baseline;
    gap: 8px;
    padding: 8px 12px 4px;
    font-size: 12px;
  }

  .risk {
    flex: none;
    font-weight: 550;
    font-variant-numeric: tabular-nums;
  }

  .risk.bad {
    color: var(--ida-bad);
  }

  .risk.warn {
    color: var(--ida-warn);
  }

  .risk.good {
    color: var(--ida-good);
  }

  .empty {
    margin: 0;
    padding: 8px 12px;
    color: var(--ida-ink-2);
    font-size: 12px;
  }

  ul {
    container-type: inline-size;
    list-style: none;
    margin: 0;
    padding: 0 4px 8px;
  }

  li {
    display: flex;
    align-items: center;
    gap: 8px;
    min-block-size: 28px;
    padding-inline: 8px;
    border-radius: var(--ida-radius);
  }

  li:hover {
    background: var(--ida-surface-2);
  }

  .severity {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    flex: none;
    inline-size: 72px;
    font-size: 12px;
  }

  .severity.critical,
  .severity.high {
    color: var(--ida-bad);
  }

  .severity.medium {
    color: var(--ida-warn);
  }

  .severity.low {
    color: var(--ida-ink-2);
  }

  .place {
    flex: 1;
    display: flex;
    align-items: baseline;
    gap: 8px;
    min-inline-size: 0;
    block-size: 28px;
    line-height: 28px;
  }

  .message {
    flex: 0 1 auto;
  }

  .rule {
    flex: none;
  }

  @container (inline-size < 480px) {
    .rule {
      display: none;
    }

    /* A short column has room below rather than beside. */
    li {
      align-items: start;
    }

    .severity,
    .place {
      block-size: auto;
      padding-block: 5px;
      line-height: 18px;
    }

    .message {
      white-space: normal;
    }

    li .button {
      margin-block: 2px;
    }
  }
`;

/** Styles of the list of findings. */
export const findingsStyles = [base, own];
