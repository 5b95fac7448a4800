import * as smd from 'streaming-markdown';
import type { CodeBlockActions } from './code-block.ts';
import { createRenderer } from './renderer.ts';
import { judgeableLength, writeWithUnderscores } from './underscores.ts';

/** Markdown that grows at its end. */
export interface MarkdownStream {
  /** Shows `text`; appends when it continues what is shown, and begins anew when it does not. */
  show(text: string, complete: boolean): void;
}

/** Renders growing Markdown into `root`, parsing each character once. */
export function createMarkdownStream(root: HTMLElement, actions: CodeBlockActions): MarkdownStream {
  let parser = smd.parser(createRenderer(root, actions));
  let shown = '';
  let written = 0;
  let ended = false;
  return {
    show(text, complete) {
      if (ended && text === shown) return;
      if (ended || !text.startsWith(shown)) {
        root.replaceChildren();
        parser = smd.parser(createRenderer(root, actions));
        shown = '';
        written = 0;
        ended = false;
      }
      const to = complete ? text.length : judgeableLength(text);
      if (to > written) writeWithUnderscores(parser, text, written, to);
      written = Math.max(written, to);
      shown = text;
      if (!complete) return;
      smd.parser_end(parser);
      ended = true;
    },
  };
}
