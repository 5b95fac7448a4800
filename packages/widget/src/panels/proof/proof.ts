import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { Verification } from '@ide-assistant/sdk/verify';
import { defineOnce, version } from '../../define.ts';
import { icon } from '../../icons.ts';
import { errorText } from '../../state/error-text.ts';
import { proofView, type ProofView } from '../../state/proof-view.ts';
import type { Workspace } from '../../state/workspace.ts';
import { proofStrings as words } from '../../strings/canvas.ts';
import { endpointOf } from './endpoint-of.ts';
import { proofMark } from './proof-mark.ts';
import { proofStyles } from './proof.styles.ts';

const openWords: Record<ProofView['tone'], string> = {
  good: words.verified,
  neutral: words.unverified,
  bad: words.brokenShort,
};

/** "verified", with the log entry behind it, checked in this browser when somebody looks. */
export class ProofOfAction extends LitElement {
  static override styles = proofStyles;
  static readonly version: string = version;

  @property({ attribute: false }) workspace!: Workspace;
  @property({ attribute: false }) verificationId = '';

  @state() private check: Verification | null = null;
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
    this.check = null;
    this.failure = null;
  }

  protected override render() {
    const view = this.check && proofView(this.check);
    return html`<button
        type="button"
        class="open ${view?.tone ?? ''}"
        aria-haspopup="dialog"
        aria-label=${view?.tone === 'bad' ? view.title : nothing}
        @click=${this.#toggle}
      >
        ${view?.tone === 'bad' ? proofMark('bad') : nothing}${openWords[view?.tone ?? 'good']}
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
        <div role="status">
          ${view ? nothing : this.#renderWaiting()}
          ${view && view.tone !== 'bad' ? this.#renderVerdict(view) : nothing}
        </div>
        <div role="alert">${view?.tone === 'bad' ? this.#renderVerdict(view) : nothing}</div>
        ${view ? this.#renderEntry(view) : nothing}
      </div>`;
  }

  #renderWaiting() {
    if (this.failure === null) return html`<p>${words.checking}</p>`;
    return html`<p class="bad">${words.failed(this.failure)}</p>`;
  }

  #renderVerdict({ tone, title, findings }: ProofView) {
    return html`<div class="verdict ${tone}">
      ${proofMark(tone)}
      <div class="grow">
        <h4>${title}</h4>
        ${findings.map((finding) => html`<p>${finding}</p>`)}
      </div>
    </div>`;
  }

  #renderEntry({ facts, references }: ProofView) {
    return html`${
        facts.length > 0
          ? html`<dl>
              ${facts.map(
                ([label, value]) =>
                  html`<dt>${label}</dt>
                    <dd>${value}</dd>`,
              )}
            </dl>`
          : nothing
      }
      <details>
        <summary>${words.details}</summary>
        <dl>
          ${[[words.id, this.verificationId] as const, ...references].map(
            ([label, value]) =>
              html`<dt>${label}</dt>
                <dd class="mono">${value}</dd>`,
          )}
        </dl>
      </details>`;
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
    if (this.check !== null) return;
    this.failure = null;
    try {
      const { checkEntry } = await import('./check-entry.ts');
      const check = await checkEntry(this.workspace.ide.client, endpointOf(this), id);
      if (id === this.verificationId) this.check = check;
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
