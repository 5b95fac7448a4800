import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import type { Extension } from '@codemirror/state';
import { keymap, type EditorView } from '@codemirror/view';

/** The search panel with its keys, and marks on what equals the selection. */
export const searchAids: Extension = [highlightSelectionMatches(), keymap.of(searchKeymap)];

/** Does what a key of the search does, for the one press that came before the search was here. */
export function pressSearchKey(view: EditorView, key: string): void {
  searchKeymap.find((binding) => binding.key === key)?.run?.(view);
}
