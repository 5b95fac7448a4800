import * as smd from 'streaming-markdown';
import type { CodeBlockActions } from './code-block.ts';
import { createRenderer } from './renderer.ts';

/** Markdown that grows at its end. */
export interface MarkdownStream {
  /** Shows `text`; appends when it continues what is shown, and begins anew when it does not. */
  show(text: string, complete: boolean): void;
}

/** Renders growing Markdown into `root`, parsing each character once. */
export function createMarkdownStream(root: HTMLElement, actions: CodeBlockActions): MarkdownStream {
  let parser = smd.parser(createRenderer(root, actions));
  let shown = '';
  let ended = false;
  return {
    show(text, complete) {
      if (ended && text === shown) return;
      if (ended || !text.startsWith(shown)) {
        root.replaceChildren();
        parser = smd.parser(createRenderer(root, actions));
        shown = '';
        ended = false;
      }
      if (text.length > shown.length) smd.parser_write(parser, text.slice(shown.length));
      shown = text;
      if (!complete) return;
      smd.parser_end(parser);
      ended = true;
    },
  };
}
