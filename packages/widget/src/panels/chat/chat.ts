import type { ChatEntry, DiffEntry } from '@ide-assistant/sdk';
import { html, LitElement, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { Selected } from '../../controllers/selected.ts';
import { defineOnce, version } from '../../define.ts';
import { icon } from '../../icons.ts';
import type { CodeBlockActions } from '../../markdown/code-block.ts';
import { pendingApprovals } from '../../state/approvals-view.ts';
import { unmentionedDiffs } from '../../state/diff-view.ts';
import { isAtEnd, windowOf, windowSize } from '../../state/follow.ts';
import { canonicalLanguage } from '../../state/language.ts';
import { starters, type Starter } from '../../state/starters.ts';
import type { Workspace } from '../../state/workspace.ts';
import { chatStrings as words } from '../../strings/chat.ts';
import type { Composer } from '../composer/composer.ts';
import '../composer/composer.ts';
import { chatStyles } from './chat.styles.ts';

/** The conversation, what waits for the person, and the composer. */
export class Chat extends LitElement {
  static override styles = chatStyles;
  static readonly version: string = version;

  @property({ attribute: false }) workspace!: Workspace;

  /** Messages that came while the person read further up. */
  @state() private missed = 0;
  @state() private following = true;
  @state() private shown = windowSize;
  @query('.scroller') private scroller!: HTMLElement;
  @query('.log') private log!: HTMLElement;
  @query('ida-composer') private composer!: Composer;

  readonly #slice = new Selected(
    this,
    () => this.workspace?.ide,
    (ide) =>
      [
        ide.messages,
        ide.diffs,
        ide.typing,
        ide.status,
        pendingApprovals(ide.approvals).length > 0,
        ide.tree,
        ide.activePath,
      ] as const,
  );

  readonly #ui = new Selected(
    this,
    () => this.workspace?.ui,
    (ui) => [ui.notice, ui.chatRun, ui.mode] as const,
  );

  readonly #codeActions: CodeBlockActions = {
    copy: (code) =>
      navigator.clipboard.writeText(code).then(
        () => true,
        () => false,
      ),
    insert: (code) => this.workspace.actions.insert(code),
    run: (language, code) =>
      void this.workspace.actions.runSnippet(canonicalLanguage(language), code),
    canRun: (language) => this.#languages().includes(canonicalLanguage(language)),
  };

  #count = 0;
  #lastTop = 0;
  #sizes: ResizeObserver | undefined;

  /** Focuses the message field. */
  override focus(): void {
    void this.updateComplete.then(() => this.composer.focus());
  }

  /** The message field while it has the focus, else null. */
  get focusedField(): HTMLElement | null {
    return this.composer?.focusedField ?? null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#watch();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes?.disconnect();
  }

  protected override firstUpdated(): void {
    this.#watch();
  }

  // What an empty conversation does without loads when it first comes; its element stands empty
  // until then. Messages load as soon as there is a server to load them from: a question may be typed
  // after it has gone, and a browser does not try again what once failed to load.
  protected override willUpdate(): void {
    const [messages = [], diffs = [], , status, asked = false] = this.#slice.value ?? [];
    const [, chatRun = false] = this.#ui.value ?? [];
    if (messages.length > 0 || status?.state === 'connected') void import('../message/message.ts');
    if (diffs.length > 0) void import('../diff-card/diff-card.ts');
    if (asked) void import('../approvals/approvals.ts');
    if (chatRun) void import('../output/output.ts');
  }

  protected override updated(): void {
    const count = this.#slice.value?.[0].length ?? 0;
    if (!this.following && count > this.#count) this.missed += count - this.#count;
    this.#count = count;
  }

  protected override render() {
    const [messages = [], diffs = [], typing = false, status, asked = false] =
      this.#slice.value ?? [];
    const [notice, chatRun = false, mode] = this.#ui.value ?? [];
    const model =
      status?.state === 'connected' ? status.connect.capabilities.assistant.model : undefined;
    return html`${model === null ? html`<p class="note">${words.noModel}</p>` : nothing}
      <div
        class="scroller"
        tabindex="0"
        role="log"
        aria-live="off"
        aria-label=${words.log}
        @scroll=${this.#scrolled}
        @wheel=${this.#wheel}
      >
        <div class="log">
          ${messages.length === 0 ? this.#renderEmpty() : this.#renderMessages(messages, diffs)}
          ${this.#renderLoose(diffs, messages)}
          ${asked ? html`<ida-approvals .workspace=${this.workspace}></ida-approvals>` : nothing}
          ${
            typing && messages.at(-1)?.state !== 'streaming'
              ? html`<div class="working">${words.working}</div>`
              : nothing
          }
        </div>
      </div>
      <span class="visually-hidden" role="status"
        >${
          messages.at(-1)?.role === 'assistant' && messages.at(-1)?.state === 'done'
            ? words.answered
            : ''
        }</span
      >
      <div class="anchor">${this.following ? nothing : this.#renderPill()}</div>
      ${chatRun && mode === 'expanded' ? this.#renderRun() : nothing}
      ${
        notice && mode === 'expanded'
          ? html`<div class="problem ${notice.tone}" role="alert">
              <span class="grow">${notice.text}</span>
              <button
                type="button"
                class="icon-button"
                aria-label=${words.dismiss}
                @click=${() => this.workspace.actions.dismissNotice()}
              >
                ${icon('close')}
              </button>
            </div>`
          : nothing
      }
      <ida-composer .workspace=${this.workspace} @ida-sent=${this.#jump}></ida-composer>`;
  }

  #renderMessages(messages: readonly ChatEntry[], diffs: readonly DiffEntry[]) {
    const { visible, earlier } = windowOf(messages, this.shown);
    const byId = new Map(diffs.map((diff) => [diff.diff_id, diff]));
    return html`${
      earlier > 0
        ? html`<button
            type="button"
            class="button quiet earlier"
            @click=${() => {
              this.shown += windowSize;
            }}
          >
            ${words.earlier(Math.min(earlier, windowSize))}
          </button>`
        : nothing
    }
    ${repeat(
      visible,
      (entry) => entry.id,
      (entry, index) =>
        html`<ida-message
          .entry=${entry}
          .diffs=${entry.diffs.flatMap((id) => byId.get(id) ?? [])}
          .actions=${this.workspace.actions}
          .codeActions=${this.#codeActions}
          .question=${questionBefore(visible, index)}
        ></ida-message>`,
    )}`;
  }

  #renderLoose(diffs: readonly DiffEntry[], messages: readonly ChatEntry[]) {
    return unmentionedDiffs(diffs, messages).map(
      (diff) =>
        html`<ida-diff-card .diff=${diff} .actions=${this.workspace.actions}></ida-diff-card>`,
    );
  }

  #renderEmpty() {
    const { ide } = this.workspace;
    // What works here is known only once the server has said so.
    if (ide.state.status.state !== 'connected') return nothing;
    return html`<div class="empty">
      <p>${words.emptyTitle}</p>
      ${starters(ide.state).map(
        (starter) =>
          html`<button type="button" class="starter" @click=${() => this.#begin(starter)}>
            ${starter.label}
          </button>`,
      )}
    </div>`;
  }

  #begin(starter: Starter): void {
    const { actions } = this.workspace;
    switch (starter.kind) {
      case 'ask':
        void actions.ask(starter.message);
        break;
      case 'run':
        void actions.runSnippet(starter.language, starter.code);
        break;
      case 'canvas':
        actions.newFile();
        break;
    }
  }

  #renderPill() {
    return html`<button type="button" class="pill" aria-label=${words.jump} @click=${this.#jump}>
      ${icon('down')}${this.missed > 0 ? words.jumpNew(this.missed) : words.jump}
    </button>`;
  }

  #renderRun() {
    return html`<div class="run">
      <ida-output .workspace=${this.workspace}></ida-output>
      <div class="run-head">
        <button
          type="button"
          class="button quiet"
          @click=${() => this.workspace.ui.update({ chatRun: false })}
        >
          ${words.dismissRun}
        </button>
      </div>
    </div>`;
  }

  #languages(): readonly string[] {
    const { status } = this.workspace.ide.state;
    return status.state === 'connected' ? status.connect.capabilities.languages : [];
  }

  // Whatever makes the conversation longer, as text, a card or a wider word, shows as a new height.
  #watch(): void {
    this.#sizes = new ResizeObserver(this.#follow);
    this.#sizes.observe(this.scroller);
    this.#sizes.observe(this.log);
  }

  readonly #follow = (): void => {
    if (this.following) this.scroller.scrollTop = this.scroller.scrollHeight;
  };

  // Any move upwards is the reader's wish to stay, however near the end it begins.
  readonly #wheel = (event: WheelEvent): void => {
    if (event.deltaY < 0 && this.scroller.scrollHeight > this.scroller.clientHeight) {
      this.following = false;
    }
  };

  readonly #scrolled = (): void => {
    const { scrollTop } = this.scroller;
    if (isAtEnd(this.scroller)) {
      this.following = true;
      this.missed = 0;
    } else if (scrollTop < this.#lastTop) {
      this.following = false;
    }
    this.#lastTop = scrollTop;
  };

  readonly #jump = (): void => {
    this.following = true;
    this.missed = 0;
    this.#follow();
  };
}

function questionBefore(entries: readonly ChatEntry[], index: number): string | null {
  return entries.slice(0, index).findLast((entry) => entry.role === 'user')?.content ?? null;
}

defineOnce('ida-chat', Chat);

declare global {
  interface HTMLElementTagNameMap {
    'ida-chat': Chat;
  }
}
