import { css } from 'lit';
import { base } from '../../styles/base.ts';

const own = css`
  .head {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 8px 12px 0;
    font-size: 12px;
  }

  .state {
    font-variant-numeric: tabular-nums;
  }

  .state.good {
    color: var(--ida-good);
  }

  .state.warn {
    color: var(--ida-warn);
  }

  .state.bad {
    color: var(--ida-bad);
  }

  .detail,
  .empty {
    margin: 0;
    padding: 8px 12px 0;
    color: var(--ida-ink-2);
    font-size: 12px;
  }

  pre {
    margin: 0;
    padding: 8px 12px 12px;
    font-family: var(--ida-mono);
    font-size: 12.5px;
    line-height: 18px;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }

  pre:focus-visible {
    outline-offset: -2px;
  }

  .stderr {
    color: var(--ida-bad);
  }

  .bold {
    font-weight: 550;
  }

  .red {
    color: var(--ida-bad);
  }

  .green {
    color: var(--ida-good);
  }

  .yellow {
    color: var(--ida-warn);
  }

  .blue,
  .cyan {
    color: var(--ida-syntax-name);
  }

  .magenta {
    color: var(--ida-syntax-keyword);
  }

  .black,
  .white {
    color: var(--ida-ink-2);
  }
`;

/** Styles of program output. */
export const outputStyles = [base, own];
