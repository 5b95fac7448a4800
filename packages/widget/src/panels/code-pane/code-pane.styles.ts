import { css } from 'lit';
import { base } from '../../styles/base.ts';

const own = css`
  :host {
    display: flex;
    flex-direction: column;
    position: relative;
    min-block-size: 0;
    block-size: 100%;
    contain: layout style;
    container-type: inline-size;
  }

  .bar {
    display: flex;
    align-items: stretch;
    flex: none;
    block-size: 36px;
    border-block-end: 1px solid var(--ida-line);
  }

  .bar .icon-button {
    align-self: center;
    margin-inline-start: 4px;
  }

  .actions {
    flex: none;
    display: flex;
    justify-content: flex-end;
    padding: 4px 8px;
    border-block-end: 1px solid var(--ida-line);
    overflow-x: auto;
  }

  .main {
    flex: 1;
    position: relative;
    min-block-size: 0;
  }

  .empty {
    display: grid;
    place-content: center;
    gap: 4px;
    block-size: 100%;
    padding: 16px;
    text-align: center;
  }

  .empty p {
    margin: 0;
  }

  .empty .title {
    font-weight: 550;
  }

  .empty .buttons {
    display: flex;
    justify-content: center;
    gap: 4px;
    margin-block-start: 8px;
  }

  ida-file-tree {
    position: absolute;
    z-index: 3;
    inset-block: 0;
    inset-inline-start: 0;
    inline-size: min(220px, 100%);
    border-inline-end: 1px solid var(--ida-line);
  }

  .strip {
    display: flex;
    align-items: center;
    gap: 8px;
    flex: none;
    min-block-size: 36px;
    padding: 4px 4px 4px 12px;
    border-block-start: 1px solid var(--ida-line);
    background: var(--ida-surface-2);
    font-size: 12px;
  }

  .strip.bad {
    color: var(--ida-bad);
  }

  @container (inline-size < 480px) {
    .strip .count {
      display: none;
    }

    ida-file-tree {
      inline-size: 100%;
      border: 0;
    }
  }

  .strip .path {
    font-weight: 550;
  }

  .strip .buttons {
    display: flex;
    gap: 4px;
    margin-inline-start: auto;
    padding-inline-end: 4px;
  }

  ida-drawer.whole {
    flex: 1;
    border: 0;
  }
`;

/** Styles of the code pane. */
export const codePaneStyles = [base, own];
