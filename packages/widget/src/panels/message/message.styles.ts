import { css } from 'lit';
import { markdownStyles } from '../../markdown/markdown.styles.ts';
import { base } from '../../styles/base.ts';

const own = css`
  :host {
    contain: layout style;
  }

  .user {
    inline-size: fit-content;
    max-inline-size: 88%;
    margin-inline-start: auto;
    padding: 6px 10px;
    border-radius: var(--ida-radius);
    background: color-mix(in srgb, var(--ida-accent) 10%, var(--ida-surface));
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }

  .note {
    display: flex;
    align-items: center;
    gap: 4px;
    margin-block-start: 4px;
    color: var(--ida-ink-2);
    font-size: 12px;
  }

  .note.right {
    justify-content: flex-end;
  }

  .note.bad {
    color: var(--ida-bad);
  }

  .note .button {
    margin-inline-start: 4px;
    color: var(--ida-ink);
  }

  .tools {
    list-style: none;
    margin: 0 0 4px;
    padding: 0;
  }

  .tools li {
    display: flex;
    align-items: center;
    gap: 4px;
    color: var(--ida-ink-2);
    font-size: 12px;
    line-height: 20px;
  }

  .tools .bad {
    color: var(--ida-bad);
  }

  .tools details {
    min-inline-size: 0;
    flex: 1;
  }

  .tools summary {
    display: flex;
    gap: 4px;
    align-items: center;
    cursor: pointer;
    list-style: none;
  }

  .tools summary::-webkit-details-marker {
    display: none;
  }

  .tools details[open] summary svg {
    transform: rotate(90deg);
  }

  .tools pre {
    margin: 0 0 4px 20px;
    font-family: var(--ida-mono);
    font-size: 12px;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
`;

/** Styles of one message. */
export const messageStyles = [base, markdownStyles, own];
