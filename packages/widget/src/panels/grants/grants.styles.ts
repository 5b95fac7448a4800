import { css } from 'lit';
import { base } from '../../styles/base.ts';

const own = css`
  h3 {
    margin: 8px 0 0;
    font-size: 12px;
    font-weight: 550;
  }

  ul {
    list-style: none;
    margin: 0;
    padding: 0;
  }

  li {
    display: flex;
    align-items: center;
    gap: 8px;
    padding-block: 8px;
  }

  li + li {
    border-block-start: 1px solid var(--ida-line);
  }

  .grow {
    flex: 1;
    min-inline-size: 0;
  }

  .what {
    overflow-wrap: anywhere;
  }

  p {
    margin: 0;
    font-size: 12px;
    color: var(--ida-ink-2);
  }

  p.bad {
    color: var(--ida-bad);
  }

  .button {
    flex: none;
  }
`;

/** Styles of the list of grants. */
export const grantsStyles = [base, own];
