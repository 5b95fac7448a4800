import { css } from 'lit';

/** Looks of rendered Markdown. */
export const markdownStyles = css`
  .markdown {
    overflow-wrap: anywhere;
  }

  .markdown > :first-child {
    margin-block-start: 0;
  }

  .markdown > :last-child {
    margin-block-end: 0;
  }

  .markdown p,
  .markdown ul,
  .markdown ol,
  .markdown blockquote,
  .markdown table,
  .markdown figure {
    margin-block: 8px;
    margin-inline: 0;
  }

  .markdown :is(h3, h4, h5, h6) {
    margin-block: 12px 4px;
    font-size: 13px;
    font-weight: 550;
  }

  .markdown h3 {
    font-size: 14px;
  }

  .markdown strong {
    font-weight: 550;
  }

  .markdown ul,
  .markdown ol {
    padding-inline-start: 20px;
  }

  .markdown li {
    margin-block: 2px;
  }

  .markdown blockquote {
    padding-inline-start: 12px;
    border-inline-start: 2px solid var(--ida-line);
    color: var(--ida-ink-2);
  }

  .markdown hr {
    border: 0;
    border-block-start: 1px solid var(--ida-line);
  }

  .markdown a {
    color: var(--ida-accent);
    text-decoration: underline;
    text-underline-offset: 2px;
  }

  .markdown a:not([href]) {
    color: inherit;
    text-decoration: none;
  }

  .markdown .image {
    color: var(--ida-ink-2);
  }

  .markdown table {
    display: block;
    overflow-x: auto;
    border-collapse: collapse;
    font-size: 12px;
  }

  .markdown :is(th, td) {
    padding: 4px 8px;
    border-block-end: 1px solid var(--ida-line);
    text-align: start;
  }

  .markdown th {
    font-weight: 550;
  }

  .markdown code {
    font-family: var(--ida-mono);
    font-size: 12px;
  }

  .markdown :not(pre) > code {
    padding: 1px 4px;
    border-radius: 4px;
    background: var(--ida-surface-2);
  }

  .markdown figure {
    border-radius: var(--ida-radius);
    background: var(--ida-surface-2);
    overflow: hidden;
  }

  .markdown figcaption {
    display: flex;
    align-items: center;
    block-size: 28px;
    padding-inline: 12px 4px;
    color: var(--ida-ink-2);
    font-size: 11px;
  }

  .markdown figcaption span {
    flex: 1;
  }

  .markdown figcaption .button {
    font-size: 11px;
    padding-inline: 6px;
  }

  .markdown pre {
    margin: 0;
    padding: 4px 12px 12px;
    overflow-x: auto;
    font-size: 12.5px;
  }

  .markdown pre code {
    font-size: 12.5px;
    line-height: 18px;
  }

  .markdown pre:focus-visible {
    outline-offset: -2px;
  }
`;
