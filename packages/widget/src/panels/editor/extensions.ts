import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, foldKeymap, indentOnInput } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  rectangularSelection,
  tooltips,
} from '@codemirror/view';
import { editorTheme } from './theme.ts';

/** What every editor has, whether it is written in or only read. */
export function readingExtensions(label: string): Extension {
  return [
    lineNumbers(),
    drawSelection(),
    // A fixed tooltip is placed against the wrong box inside a contained panel.
    tooltips({ position: 'absolute' }),
    EditorView.contentAttributes.of({ 'aria-label': label }),
    editorTheme,
  ];
}

/** What an editor that is written in has beside that. */
export function writingExtensions(): Extension {
  return [
    history(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    rectangularSelection(),
    indentOnInput(),
    bracketMatching(),
    keymap.of([
      // Ctrl+Enter runs the file, so it must not open a line here first.
      ...defaultKeymap.filter((binding) => binding.key !== 'Mod-Enter'),
      ...historyKeymap,
      ...foldKeymap,
      indentWithTab,
    ]),
  ];
}
