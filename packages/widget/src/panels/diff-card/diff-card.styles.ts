import { css } from 'lit';
import { base } from '../../styles/base.ts';

const own = css`
  .card {
    margin-block: 8px;
    padding: 8px;
    border: 1px solid var(--ida-line);
    border-radius: var(--ida-radius);
  }

  .head {
    display: flex;
    align-items: baseline;
    gap: 8px;
    padding-inline: 4px;
  }

  .path {
    font-weight: 550;
  }

  .state {
    margin-inline-start: auto;
    white-space: nowrap;
  }

  .state.applied {
    color: var(--ida-good);
  }

  .state.stale {
    color: var(--ida-warn);
  }

  .description {
    margin: 4px 4px 0;
    color: var(--ida-ink-2);
    font-size: 12px;
  }

  .buttons {
    display: flex;
    gap: 4px;
    margin: 8px 4px 4px;
  }

  .buttons .review {
    margin-inline-start: auto;
  }
`;

/** Styles of the card of a proposal. */
export const diffCardStyles = [base, own];
