import type { DiffEntry } from '@ide-assistant/sdk';
import { html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { defineOnce, version } from '../../define.ts';
import type { Actions } from '../../state/actions.ts';
import { countLines, isOpen } from '../../state/diff-view.ts';
import { diffStrings as words } from '../../strings/message.ts';
import { lineCounts } from '../../templates/line-counts.ts';
import { diffCardStyles } from './diff-card.styles.ts';

/** A proposal in the conversation: which file, how much, where it stands, and the decision. */
export class DiffCard extends LitElement {
  static override styles = diffCardStyles;
  static readonly version: string = version;

  @property({ attribute: false }) diff!: DiffEntry;
  @property({ attribute: false }) actions!: Actions;

  /** Whether a decision is on its way. */
  @state() private deciding = false;

  protected override render() {
    const { diff } = this;
    return html`<section class="card" aria-label=${words.card(diff.path)}>
      <div class="head">
        <span class="path cut" title=${diff.path}>${diff.path}</span>
        ${lineCounts(countLines(diff))}
        <span class="state secondary ${diff.state}">${words.states[diff.state]}</span>
      </div>
      ${diff.description ? html`<p class="description">${diff.description}</p>` : nothing}
      ${isOpen(diff) ? this.#renderButtons() : nothing}
    </section>`;
  }

  #renderButtons() {
    const id = this.diff.diff_id;
    const { actions } = this;
    return html`<div class="buttons">
      <button
        type="button"
        class="button primary"
        ?disabled=${this.deciding}
        @click=${() => this.#decide(actions.apply(id))}
      >
        ${words.apply}
      </button>
      <button
        type="button"
        class="button"
        ?disabled=${this.deciding}
        @click=${() => this.#decide(actions.reject(id))}
      >
        ${words.reject}
      </button>
      <button type="button" class="button quiet review" @click=${() => actions.review(id)}>
        ${words.review}
      </button>
    </div>`;
  }

  async #decide(decision: Promise<boolean>): Promise<void> {
    this.deciding = true;
    await decision;
    this.deciding = false;
  }
}

defineOnce('ida-diff-card', DiffCard);
