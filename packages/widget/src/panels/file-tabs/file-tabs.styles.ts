import { css } from 'lit';
import { base } from '../../styles/base.ts';

const own = css`
  :host {
    min-inline-size: 0;
    overflow-x: auto;
    scrollbar-width: none;
  }

  ul {
    display: flex;
    block-size: 100%;
    list-style: none;
    margin: 0;
    padding: 0;
  }

  li {
    position: relative;
    display: flex;
    align-items: center;
    flex: none;
    padding-inline-end: 4px;
    color: var(--ida-ink-2);
  }

  li.active {
    color: var(--ida-ink);
  }

  li.active::after {
    content: '';
    position: absolute;
    inset-inline: 12px 8px;
    inset-block-end: 0;
    block-size: 2px;
    border-radius: 1px;
    background: var(--ida-accent);
  }

  .name {
    display: flex;
    align-items: center;
    block-size: 100%;
    max-inline-size: 180px;
    padding-inline: 12px 4px;
    font-size: 12px;
  }

  .name:focus-visible {
    outline-offset: -3px;
  }

  li:hover {
    color: var(--ida-ink);
  }

  .close {
    position: relative;
    inline-size: 20px;
    block-size: 20px;
  }

  .close svg {
    inline-size: 12px;
    block-size: 12px;
    opacity: 0;
  }

  li.active .close svg,
  li:hover .close svg,
  .close:focus-visible svg {
    opacity: 1;
  }

  .unsaved .close::after {
    content: '';
    position: absolute;
    inset: 0;
    margin: auto;
    inline-size: 7px;
    block-size: 7px;
    border-radius: 50%;
    background: var(--ida-ink-2);
  }

  .unsaved .close:hover::after,
  .unsaved .close:focus-visible::after {
    display: none;
  }

  li.unsaved .close:not(:hover, :focus-visible) svg {
    opacity: 0;
  }
`;

/** Styles of the file tabs. */
export const fileTabsStyles = [base, own];
