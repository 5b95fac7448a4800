import type { Extension } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { LateExtension } from './late-extension.ts';

const searchKeys = ['Mod-f', 'F3', 'Mod-g', 'Mod-d', 'Mod-Shift-l', 'Mod-Alt-g'] as const;

/** The search of an editor, loaded by the first key that asks for it or the first selection. */
export class SearchOnDemand {
  readonly #aids = new LateExtension(async () => (await import('./searching.ts')).searchAids);

  /** Its place in a new state. */
  get extension(): Extension {
    return [
      // First in order, so that the keys are the search's own once it is here.
      this.#aids.extension,
      keymap.of(
        searchKeys.map((key) => ({
          key,
          run: (view: EditorView) => {
            void this.#press(view, key);
            return true;
          },
        })),
      ),
      EditorView.updateListener.of(({ view, selectionSet, state }) => {
        if (selectionSet && !state.selection.main.empty) void this.#aids.request(view);
      }),
    ];
  }

  /** Puts the search into a state that was made before it was here. */
  refresh(view: EditorView): void {
    this.#aids.refresh(view);
  }

  async #press(view: EditorView, key: string): Promise<void> {
    await this.#aids.request(view);
    (await import('./searching.ts')).pressSearchKey(view, key);
  }
}
