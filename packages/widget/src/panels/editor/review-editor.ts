import type { EditorView } from '@codemirror/view';
import type { DiffEntry } from '@ide-assistant/sdk';
import { html, LitElement, type PropertyValues } from 'lit';
import { property, query } from 'lit/decorators.js';
import { defineOnce, version } from '../../define.ts';
import { editorStyles } from './editor.styles.ts';
import { createReview } from './review.ts';

/** A proposal in the place of the editor, for reading. */
export class ReviewEditor extends LitElement {
  static override styles = editorStyles;
  static readonly version: string = version;

  @property({ attribute: false }) diff!: DiffEntry;
  @query('.review') private parent!: HTMLElement;
  #view: EditorView | undefined;
  #turn = 0;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#turn += 1;
    this.#view?.destroy();
    this.#view = undefined;
  }

  protected override render() {
    return html`<div class="review"></div>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get('diff');
    if (before?.diff_id !== this.diff.diff_id) void this.#show();
  }

  async #show(): Promise<void> {
    const root = this.renderRoot;
    if (!(root instanceof ShadowRoot)) return;
    const turn = (this.#turn += 1);
    const view = await createReview(this.diff, this.parent, root);
    if (turn !== this.#turn) {
      view.destroy();
      return;
    }
    this.#view?.destroy();
    this.#view = view;
  }
}

defineOnce('ida-review-editor', ReviewEditor);
