import type { ClientEvents } from '@ide-assistant/sdk';
import type { Grant } from '@ide-assistant/sdk/protocol';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { Selected } from '../../controllers/selected.ts';
import { defineOnce, version } from '../../define.ts';
import { errorText } from '../../state/error-text.ts';
import type { Workspace } from '../../state/workspace.ts';
import { grantStrings as words } from '../../strings/grants.ts';
import { grantsStyles } from './grants.styles.ts';

/** What passes unasked in this session, and the button that ends it. Shows nothing where nothing does. */
export class Grants extends LitElement {
  static override styles = grantsStyles;
  static readonly version: string = version;

  @property({ attribute: false }) workspace!: Workspace;

  @state() private grants: readonly Grant[] = [];
  @state() private failure: string | null = null;

  readonly #connected = new Selected(
    this,
    () => this.workspace?.ide,
    (ide) => [ide.status.state === 'connected'] as const,
  );
  #readFor: unknown;
  #unbind: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#bind();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unbind?.();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('workspace')) this.#bind();
    const connected = this.#connected.value;
    if (connected === this.#readFor) return;
    this.#readFor = connected;
    if (connected?.[0]) void this.#read();
  }

  protected override render() {
    const { grants, failure } = this;
    return html`${
        grants.length > 0
          ? html`<h3 id="title">${words.title}</h3>
              <ul aria-labelledby="title">
                ${repeat(
                  grants,
                  (grant) => grant.grant_id,
                  (grant) => this.#renderGrant(grant),
                )}
              </ul>`
          : nothing
      }
      <div role="alert">${failure === null ? nothing : html`<p class="bad">${failure}</p>`}</div>`;
  }

  #renderGrant({ grant_id, covers, granted_to, assistant, granted_by, expires_at }: Grant) {
    const until = new Date(expires_at).toLocaleTimeString([], { timeStyle: 'short' });
    const facts = [words.passes(granted_to, assistant), words.until(until), words.by(granted_by)];
    return html`<li>
      <div class="grow">
        <div class="what">${covers}</div>
        <p>${facts.join(', ')}</p>
      </div>
      <button
        type="button"
        class="button"
        aria-label=${words.takeBackOf(covers)}
        @click=${() => this.#takeBack(grant_id)}
      >
        ${words.takeBack}
      </button>
    </li>`;
  }

  #bind(): void {
    this.#unbind?.();
    this.#unbind = this.workspace?.ide.client.on('session_update', this.#heard);
  }

  // Other members of the session give and end grants, too.
  readonly #heard = ({ update_type }: ClientEvents['session_update']): void => {
    if (update_type === 'grant_added' || update_type === 'grant_revoked') void this.#read();
  };

  async #read(): Promise<void> {
    try {
      const { grants = [] } = await this.workspace.ide.client.request('approval_list', {});
      this.grants = grants;
      this.failure = null;
    } catch (error) {
      this.failure = words.failed(errorText(error));
    }
  }

  async #takeBack(grantId: string): Promise<void> {
    try {
      await this.workspace.ide.client.request('grant_revoke', { grant_id: grantId });
    } catch (error) {
      this.failure = words.notTakenBack(errorText(error));
    }
  }
}

defineOnce('ida-grants', Grants);
