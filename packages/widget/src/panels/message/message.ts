import type { ChatEntry, DiffEntry } from '@ide-assistant/sdk';
import { html, LitElement, nothing } from 'lit';
import { property, query } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { defineOnce, version } from '../../define.ts';
import { icon } from '../../icons.ts';
import type { CodeBlockActions } from '../../markdown/code-block.ts';
import { createMarkdownStream, type MarkdownStream } from '../../markdown/stream.ts';
import type { Actions } from '../../state/actions.ts';
import { errorText } from '../../state/error-text.ts';
import { sameItems } from '../../state/same-items.ts';
import { messageStrings as words } from '../../strings/message.ts';
import '../diff-card/diff-card.ts';
import { messageStyles } from './message.styles.ts';

/** One turn of the conversation, of the person or of the assistant. */
export class Message extends LitElement {
  static override styles = messageStyles;
  static readonly version: string = version;

  @property({ attribute: false }) entry!: ChatEntry;
  /** The proposals of this turn. */
  @property({ attribute: false, hasChanged: differ }) diffs: readonly DiffEntry[] = [];
  @property({ attribute: false }) actions!: Actions;
  @property({ attribute: false }) codeActions!: CodeBlockActions;
  /** The question that this answers, for asking again; null while there is none. */
  @property({ attribute: false }) question: string | null = null;

  @query('.markdown') private markdown!: HTMLElement | null;
  #stream: MarkdownStream | undefined;
  #frame = 0;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  protected override updated(): void {
    if (this.entry.role !== 'assistant') return;
    if (this.entry.state === 'streaming') this.#frame ||= requestAnimationFrame(this.#write);
    else this.#write();
  }

  protected override render() {
    return this.entry.role === 'user' ? this.#renderUser() : this.#renderAnswer();
  }

  // Deltas come faster than frames; one write per frame costs one layout.
  readonly #write = (): void => {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const root = this.markdown;
    if (!root) return;
    this.#stream ??= createMarkdownStream(root, this.codeActions);
    this.#stream.show(this.entry.content, this.entry.state !== 'streaming');
  };

  #renderUser() {
    const { entry } = this;
    return html`<span class="visually-hidden">${words.you}</span>
      <div class="user">${entry.content}</div>
      ${
        entry.state === 'queued'
          ? html`<div class="note right">${icon('clock')}${words.queued}</div>`
          : nothing
      }
      ${entry.state === 'failed' ? this.#renderFailure(entry.content) : nothing}
      ${entry.state === 'stopped' ? html`<div class="note right">${words.stopped}</div>` : nothing}`;
  }

  #renderAnswer() {
    const { entry } = this;
    return html`${entry.tools.length > 0 ? this.#renderTools() : nothing}
      <div class="markdown"></div>
      ${repeat(
        this.diffs,
        (diff) => diff.diff_id,
        (diff) => html`<ida-diff-card .diff=${diff} .actions=${this.actions}></ida-diff-card>`,
      )}
      ${entry.state === 'stopped' ? html`<div class="note">${words.stopped}</div>` : nothing}
      ${entry.state === 'failed' ? this.#renderFailure(this.question) : nothing}`;
  }

  #renderFailure(question: string | null) {
    const { error, role } = this.entry;
    return html`<div class="note bad ${role === 'user' ? 'right' : ''}" role="alert">
      <span>${error ? errorText(error) : words.failed}</span>
      ${
        question === null
          ? nothing
          : html`<button type="button" class="button" @click=${() => this.actions.ask(question)}>
              ${words.askAgain}
            </button>`
      }
    </div>`;
  }

  #renderTools() {
    return html`<ul class="tools">
      ${this.entry.tools.map((tool) => {
        const [first = '', ...rest] = tool.summary.split('\n');
        const state = words.toolStates[tool.status] ?? tool.status;
        const line = html`<span class="cut">${tool.tool}${first ? ` · ${first}` : ''}</span>
          ${state ? html`<span class=${tool.status === 'start' ? '' : 'bad'}>${state}</span>` : nothing}`;
        return html`<li>
          ${
            rest.length === 0
              ? html`${icon('chevron')}${line}`
              : html`<details>
                  <summary>${icon('chevron')}${line}</summary>
                  <pre>${rest.join('\n')}</pre>
                </details>`
          }
        </li>`;
      })}
    </ul>`;
  }
}

// A fresh list of the same proposals is no reason to render every message on each delta.
function differ(now: readonly unknown[], before: readonly unknown[] | undefined): boolean {
  return before === undefined || !sameItems(now, before);
}

defineOnce('ida-message', Message);
