import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, foldKeymap, indentOnInput } from '@codemirror/language';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
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
    highlightSelectionMatches(),
    // A fixed tooltip is placed against the wrong box inside a contained panel.
    tooltips({ position: 'absolute' }),
    keymap.of(searchKeymap),
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
    closeBrackets(),
    autocompletion(),
    keymap.of([
      ...closeBracketsKeymap,
      // Ctrl+Enter runs the file, so it must not open a line here first.
      ...defaultKeymap.filter((binding) => binding.key !== 'Mod-Enter'),
      ...historyKeymap,
      ...foldKeymap,
      ...completionKeymap,
      indentWithTab,
    ]),
  ];
}
