import { html, type TemplateResult } from 'lit';
import type { LineCounts } from '../state/diff-view.ts';
import { diffStrings as words } from '../strings/message.ts';

/** "+12 −3" with the words behind it for who cannot see the signs. */
export function lineCounts({ added, removed }: LineCounts): TemplateResult {
  return html`<span class="secondary numbers"
    ><span class="added" aria-hidden="true">+${added}</span>
    <span class="removed" aria-hidden="true">−${removed}</span
    ><span class="visually-hidden">${words.added(added)}, ${words.removed(removed)}</span></span
  >`;
}
