import { css } from 'lit';
import { base } from '../../styles/base.ts';
import { dotStyles } from '../../styles/dot.ts';
import { tabStyles } from '../../styles/tabs.ts';

const own = css`
  .dialog {
    display: flex;
    flex-direction: column;
    position: relative;
    inset: auto;
    margin: 0;
    padding: 0;
    border: 1px solid var(--ida-line);
    border-radius: var(--ida-radius-panel);
    background: var(--ida-surface);
    color: var(--ida-ink);
    box-shadow: var(--ida-shadow);
    overflow: hidden;
    contain: layout style;
    inline-size: min(var(--panel-width, 320px), calc(100vw - 32px));
    block-size: min(var(--panel-height, 480px), calc(100dvh - 32px));
    max-inline-size: none;
    max-block-size: none;
  }

  .dialog.canvas {
    position: fixed;
    inset: 0;
    inline-size: 100vw;
    block-size: 100dvh;
    border: 0;
    border-radius: 0;
    box-shadow: none;
  }

  .dialog::backdrop {
    background: transparent;
  }

  header {
    display: flex;
    align-items: center;
    gap: 8px;
    flex: none;
    block-size: 36px;
    padding-inline: 12px 4px;
    border-block-end: 1px solid var(--ida-line);
  }

  .canvas header {
    block-size: 40px;
  }

  h2 {
    margin: 0;
    font-size: 13px;
    font-weight: 550;
  }

  .status {
    display: flex;
    align-items: center;
    gap: 8px;
    min-inline-size: 0;
    block-size: 28px;
    border-radius: 4px;
    cursor: default;
  }

  .word {
    color: var(--ida-ink-2);
    font-size: 12px;
    font-variant-numeric: tabular-nums;
  }

  .word.bad {
    color: var(--ida-bad);
  }

  .dialog:not(.canvas) .word.good {
    opacity: 0;
  }

  .dialog:not(.canvas) .status:hover .word.good,
  .dialog:not(.canvas) .status:focus-visible .word.good {
    opacity: 1;
  }

  .buttons {
    display: flex;
    flex: none;
  }

  /* A panel has room for the name or for what is wrong, and what is wrong matters more. */
  .dialog:not(.canvas) .troubled h2 {
    position: absolute;
    clip-path: inset(50%);
  }

  header > .button {
    color: var(--ida-accent);
  }

  .detail {
    flex: none;
    margin: 0;
    padding: 8px 12px;
    border-block-end: 1px solid var(--ida-line);
    background: var(--ida-surface-2);
    font-size: 12px;
  }

  .body {
    flex: 1;
    display: grid;
    min-block-size: 0;
    grid-template: minmax(0, 1fr) / minmax(0, 1fr);
  }

  .canvas .body {
    grid-template-columns: calc(var(--split, 40) * 1%) 1px minmax(0, 1fr);
  }

  .canvas.narrow .body {
    grid-template-columns: minmax(0, 1fr);
  }

  .body > * {
    min-inline-size: 0;
    min-block-size: 0;
  }

  .separator {
    position: relative;
    background: var(--ida-line);
    cursor: col-resize;
    touch-action: none;
  }

  /* A hairline is too thin to hit; the handle is 9 px wide around it. */
  .separator::before {
    content: '';
    position: absolute;
    z-index: 1;
    inset-block: 0;
    inset-inline: -4px;
  }

  .separator:hover,
  .separator:focus-visible {
    background: var(--ida-accent);
    outline: 1px solid var(--ida-accent);
    outline-offset: 0;
  }

  .resize {
    position: absolute;
    z-index: 2;
    inset-block-start: 0;
    inset-inline-start: 0;
    inline-size: 14px;
    block-size: 14px;
    cursor: nwse-resize;
    touch-action: none;
  }

  .resize.bottom-left,
  .resize.top-left {
    inset-inline: auto 0;
  }

  .resize.top-left,
  .resize.top-right {
    inset-block: auto 0;
  }

  .resize.bottom-left,
  .resize.top-right {
    cursor: nesw-resize;
  }

  .resize:focus-visible {
    outline-offset: -2px;
  }

  .panes {
    flex: none;
    padding-inline: 4px;
    border-block-end: 1px solid var(--ida-line);
  }

  .empty {
    margin: auto;
    padding: 16px;
    text-align: center;
    color: var(--ida-ink-2);
  }
`;

/** Styles of the shell. */
export const shellStyles = [base, dotStyles, tabStyles, own];
