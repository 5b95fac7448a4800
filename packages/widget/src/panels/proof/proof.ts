import type { OutputOf } from '@ide-assistant/sdk/protocol';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { defineOnce, version } from '../../define.ts';
import { icon } from '../../icons.ts';
import { errorText } from '../../state/error-text.ts';
import { readCheckpoint } from '../../state/proof-view.ts';
import type { Workspace } from '../../state/workspace.ts';
import { proofStrings as words } from '../../strings/canvas.ts';
import { proofStyles } from './proof.styles.ts';

/** "verified", with the log entry and its inclusion proof behind it. */
export class ProofOfAction extends LitElement {
  static override styles = proofStyles;
  static readonly version: string = version;

  @property({ attribute: false }) workspace!: Workspace;
  @property({ attribute: false }) verificationId = '';

  @state() private entry: OutputOf<'audit_get'> | null = null;
  @state() private failure: string | null = null;
  @query('[popover]') private popup!: HTMLElement;
  @query('.open') private button!: HTMLButtonElement;

  constructor() {
    super();
    // Escape closes it also while the focus is still on the button.
    this.addEventListener('keydown', (event) => this.#keydown(event));
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('verificationId')) return;
    this.entry = null;
    this.failure = null;
  }

  protected override render() {
    return html`<button type="button" class="open" aria-haspopup="dialog" @click=${this.#toggle}>
        ${words.verified}
      </button>
      <div popover role="dialog" aria-label=${words.title} @toggle=${this.#toggled}>
        <div class="head">
          <h3>${words.title}</h3>
          <button
            type="button"
            class="icon-button"
            aria-label=${words.close}
            @click=${() => this.popup.hidePopover()}
          >
            ${icon('close')}
          </button>
        </div>
        ${this.#renderContent()}
      </div>`;
  }

  #renderContent() {
    const { entry } = this;
    if (this.failure) return html`<p class="bad" role="alert">${words.failed(this.failure)}</p>`;
    if (!entry) return html`<p>${words.loading}</p>`;
    const checkpoint = readCheckpoint(entry.checkpoint);
    return html`<p>${words.intro}</p>
      <dl>
        <dt>${words.id}</dt>
        <dd class="mono">${this.verificationId}</dd>
        <dt>${words.index}</dt>
        <dd>${entry.index}</dd>
        <dt>${words.size}</dt>
        <dd>${entry.proof.tree_size}</dd>
        <dt>${words.hashes}</dt>
        <dd>${words.hashCount(entry.proof.hashes.length)}</dd>
        ${
          checkpoint
            ? html`<dt>${words.origin}</dt>
                <dd>${checkpoint.origin}</dd>`
            : nothing
        }
      </dl>
      <span class="secondary">${words.checkpoint}</span>
      <pre tabindex="0">${entry.checkpoint}</pre>`;
  }

  readonly #toggle = (): void => {
    this.popup.togglePopover();
  };

  readonly #toggled = (event: Event): void => {
    if (!(event instanceof ToggleEvent) || event.newState !== 'open') return;
    this.#place();
    void this.#load();
  };

  // The top layer has no relation to the button, so the place is worked out; anchor positioning would
  // do it where it exists, which is not everywhere.
  #place(): void {
    const at = this.button.getBoundingClientRect();
    const { style, offsetWidth } = this.popup;
    const left = Math.min(at.left, innerWidth - offsetWidth - 16);
    style.setProperty('left', `${Math.max(16, left)}px`);
    style.setProperty('top', `${at.bottom + 8}px`);
  }

  async #load(): Promise<void> {
    const id = this.verificationId;
    if (this.entry !== null) return;
    this.failure = null;
    try {
      const entry = await this.workspace.ide.proofOf(id);
      if (id === this.verificationId) this.entry = entry;
    } catch (error) {
      if (id === this.verificationId) this.failure = errorText(error);
    }
  }

  #keydown(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !this.popup.matches(':popover-open')) return;
    event.preventDefault();
    this.popup.hidePopover();
    this.button.focus();
  }
}

defineOnce('ida-proof', ProofOfAction);
