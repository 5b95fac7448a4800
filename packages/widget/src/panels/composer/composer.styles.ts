import { css } from 'lit';
import { base } from '../../styles/base.ts';

const own = css`
  :host {
    position: relative;
    padding: 8px 12px;
    border-block-start: 1px solid var(--ida-line);
  }

  .field {
    display: block;
    inline-size: 100%;
    min-block-size: 28px;
    max-block-size: 156px;
    padding: 5px 0;
    border: 0;
    background: none;
    line-height: 18px;
    resize: none;
    overflow-y: auto;
  }

  .field::placeholder {
    color: var(--ida-ink-2);
    opacity: 1;
  }

  .field:focus-visible {
    outline: none;
  }

  :host(:focus-within) {
    border-block-start-color: var(--ida-accent);
  }

  .foot {
    display: flex;
    align-items: center;
    gap: 8px;
    min-block-size: 28px;
  }

  .hint {
    color: var(--ida-ink-2);
    font-size: 11px;
  }

  .hint.notice {
    color: var(--ida-ink);
    font-size: 12px;
  }

  .send {
    display: grid;
    place-items: center;
    flex: none;
    inline-size: 28px;
    block-size: 28px;
    margin-inline: auto -4px;
    border-radius: var(--ida-radius);
    background: var(--ida-accent);
    color: var(--ida-on-accent);
  }

  .send:disabled {
    background: none;
    color: var(--ida-ink-2);
  }

  .send.stop {
    background: none;
    color: var(--ida-ink);
  }

  .commands {
    position: absolute;
    z-index: 1;
    inset-block-end: calc(100% + 4px);
    inset-inline: 8px;
    max-block-size: 220px;
    overflow-y: auto;
    margin: 0;
    padding: 4px;
    list-style: none;
    border: 1px solid var(--ida-line);
    border-radius: var(--ida-radius);
    background: var(--ida-surface);
  }

  .commands li {
    display: flex;
    gap: 8px;
    padding: 4px 8px;
    border-radius: 4px;
    cursor: pointer;
  }

  .commands li[aria-selected='true'] {
    background: color-mix(in srgb, var(--ida-accent) 12%, var(--ida-surface));
  }

  .commands .command {
    flex: none;
    min-inline-size: 72px;
    font-family: var(--ida-mono);
    font-size: 12px;
  }
`;

/** Styles of the composer. */
export const composerStyles = [base, own];
