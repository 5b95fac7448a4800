import { Compartment, type Extension } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';

/** An extension with a place in every state of an editor, and code that is loaded on first use. */
export class LateExtension {
  readonly #slot = new Compartment();
  readonly #load: () => Promise<Extension>;
  #loading: Promise<Extension> | undefined;
  #value: Extension = [];

  constructor(load: () => Promise<Extension>) {
    this.#load = load;
  }

  /** Its place in a new state. */
  get extension(): Extension {
    return this.#slot.of(this.#value);
  }

  /** Loads it, and puts it into the state that the view shows. */
  async request(view: EditorView): Promise<void> {
    this.#loading ??= this.#load();
    try {
      this.#value = await this.#loading;
    } catch (error) {
      // The next use tries again.
      this.#loading = undefined;
      throw error;
    }
    this.refresh(view);
  }

  /** Puts what was loaded meanwhile into a state that was made before. */
  refresh(view: EditorView): void {
    if (this.#slot.get(view.state) === this.#value) return;
    view.dispatch({ effects: this.#slot.reconfigure(this.#value) });
  }
}
