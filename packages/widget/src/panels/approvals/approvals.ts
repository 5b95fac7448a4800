import type { Approval } from '@ide-assistant/sdk/protocol';
import { html, LitElement, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { Selected } from '../../controllers/selected.ts';
import { defineOnce, version } from '../../define.ts';
import { icon } from '../../icons.ts';
import { pendingApprovals, waitsFor } from '../../state/approvals-view.ts';
import type { Workspace } from '../../state/workspace.ts';
import { approvalStrings as words } from '../../strings/approvals.ts';
import { approvalsStyles } from './approvals.styles.ts';

/** Requests that wait for a person, with the decision for those that this person may settle. */
export class Approvals extends LitElement {
  static override styles = approvalsStyles;
  static readonly version: string = version;

  @property({ attribute: false }) workspace!: Workspace;
  /** Whether to say so when there is nothing. */
  @property({ attribute: false }) sayEmpty = false;

  readonly #slice = new Selected(
    this,
    () => this.workspace?.ide,
    (ide) => [ide.approvals, ide.status] as const,
  );

  protected override render() {
    const [all = [], status] = this.#slice.value ?? [];
    const user = status?.state === 'connected' ? status.connect.user : null;
    const pending = pendingApprovals(all);
    if (pending.length === 0) {
      return this.sayEmpty ? html`<p class="empty">${words.empty}</p>` : nothing;
    }
    return html`<ul>
      ${repeat(
        pending,
        (approval) => approval.approval_id,
        (approval) => this.#renderRow(approval, waitsFor(approval, user) === 'me'),
      )}
    </ul>`;
  }

  #renderRow(approval: Approval, mine: boolean) {
    const decide =
      (decision: 'approve' | 'deny', scope: 'once' | 'session' = 'once') =>
      () =>
        this.workspace.actions.resolveApproval(approval.approval_id, decision, scope);
    return html`<li>
      <div class="head">
        ${icon('shield')}<span class="what cut" title=${approval.resource}
          >${words.action(approval.action)} ${approval.resource}</span
        >
      </div>
      ${approval.reasons.map((reason) => html`<p>${reason}</p>`)}
      <p>${(mine ? words.mine : words.others)(approval.requested_by)}</p>
      <details>
        <summary>${words.preview}</summary>
        <pre tabindex="0">${approval.preview}</pre>
      </details>
      ${
        mine
          ? html`<div class="buttons">
              <button type="button" class="button primary" @click=${decide('approve')}>
                ${words.approve}
              </button>
              ${
                approval.grantable
                  ? html`<button
                      type="button"
                      class="button"
                      title=${words.covers(approval.grant_covers ?? approval.resource)}
                      @click=${decide('approve', 'session')}
                    >
                      ${words.approveForSession}
                    </button>`
                  : nothing
              }
              <button type="button" class="button" @click=${decide('deny')}>${words.deny}</button>
            </div>`
          : nothing
      }
    </li>`;
  }
}

defineOnce('ida-approvals', Approvals);
