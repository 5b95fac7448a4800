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
  }

  .scroller {
    flex: 1;
    min-block-size: 0;
    overflow-y: auto;
    overscroll-behavior: contain;
    scrollbar-width: thin;
    scrollbar-color: color-mix(in srgb, var(--ida-ink) 20%, transparent) transparent;
  }

  .scroller:focus-visible {
    outline-offset: -2px;
  }

  .log {
    display: flex;
    flex-direction: column;
    gap: 12px;
    min-block-size: 100%;
    max-inline-size: 720px;
    margin-inline: auto;
    padding: 12px;
  }

  .log > :first-child {
    margin-block-start: auto;
  }

  .empty {
    margin-block: auto;
  }

  .empty p {
    margin: 0 0 8px;
    font-weight: 550;
  }

  .starter {
    display: flex;
    align-items: center;
    gap: 8px;
    inline-size: 100%;
    min-block-size: 32px;
    padding: 6px 8px;
    margin-inline: -8px;
    border-radius: var(--ida-radius);
    color: var(--ida-accent);
    transition: background var(--ida-motion);
  }

  .starter:hover {
    background: var(--ida-surface-2);
  }

  .note {
    margin: 0;
    padding: 8px 12px;
    border-block-end: 1px solid var(--ida-line);
    background: var(--ida-surface-2);
    color: var(--ida-ink-2);
    font-size: 12px;
  }

  .earlier {
    align-self: center;
  }

  .working {
    color: var(--ida-ink-2);
    font-size: 12px;
  }

  .pill {
    position: absolute;
    z-index: 1;
    inset-inline: 0;
    margin-inline: auto;
    inset-block-end: 8px;
    display: flex;
    align-items: center;
    gap: 4px;
    inline-size: fit-content;
    block-size: 28px;
    padding-inline: 8px 12px;
    border: 1px solid var(--ida-line);
    border-radius: 14px;
    background: var(--ida-surface);
    font-size: 12px;
  }

  .anchor {
    position: relative;
  }

  .run {
    border-block-start: 1px solid var(--ida-line);
    max-block-size: 40%;
    overflow: auto;
  }

  .run-head {
    display: flex;
    justify-content: flex-end;
  }

  .problem {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 4px 4px 4px 12px;
    border-block-start: 1px solid var(--ida-line);
    font-size: 12px;
  }

  .problem.bad {
    color: var(--ida-bad);
  }
`;

/** Styles of the chat. */
export const chatStyles = [base, own];
