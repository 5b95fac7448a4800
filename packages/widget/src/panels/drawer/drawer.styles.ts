import { css } from 'lit';
import { base } from '../../styles/base.ts';
import { tabStyles } from '../../styles/tabs.ts';

const own = css`
  :host {
    display: flex;
    flex-direction: column;
    min-block-size: 0;
    border-block-start: 1px solid var(--ida-line);
  }

  .head {
    display: flex;
    align-items: center;
    justify-content: space-between;
    flex: none;
    block-size: 32px;
    padding-inline: 4px;
  }

  .tabs {
    block-size: 100%;
  }

  .closed .tab[aria-selected='true'] {
    color: var(--ida-ink-2);
    font-weight: 400;
  }

  .closed .tab[aria-selected='true']::after {
    display: none;
  }

  .panel {
    block-size: 220px;
    overflow: auto;
    scrollbar-width: thin;
  }

  :host(.whole) .panel {
    block-size: auto;
    flex: 1;
  }

  .padded {
    padding-inline: 12px;
  }
`;

/** Styles of the drawer. */
export const drawerStyles = [base, tabStyles, own];
