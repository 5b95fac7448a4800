import type { DiffEntry, OpenFile } from '@ide-assistant/sdk';
import { html, LitElement, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { Selected } from '../../controllers/selected.ts';
import { defineOnce, version } from '../../define.ts';
import { canvasIcon } from '../../canvas-icons.ts';
import { icon } from '../../icons.ts';
import { countLines, isOpen, openDiffFor } from '../../state/diff-view.ts';
import type { Workspace } from '../../state/workspace.ts';
import { codeStrings as words, treeStrings } from '../../strings/canvas.ts';
import { chatStrings } from '../../strings/chat.ts';
import { diffStrings } from '../../strings/message.ts';
import { lineCounts } from '../../templates/line-counts.ts';
import '../drawer/drawer.ts';
import '../file-tabs/file-tabs.ts';
import type { Editor } from '../editor/editor.ts';
import type { FileTree } from '../file-tree/file-tree.ts';
import '../file-tree/file-tree.ts';
import '../run-bar/run-bar.ts';
import { codePaneStyles } from './code-pane.styles.ts';

/** The right side of the canvas: files, editor, what is proposed, and the drawer. */
export class CodePane extends LitElement {
  static override styles = codePaneStyles;
  static readonly version: string = version;

  @property({ attribute: false }) workspace!: Workspace;
  /** Whether it is one of three columns shown one at a time. */
  @property({ attribute: false }) narrow = false;

  @state() private editorLoaded = false;
  @query('ida-file-tree') private tree!: FileTree | null;
  @query('ida-editor') private editor!: Editor | null;

  readonly #slice = new Selected(
    this,
    () => this.workspace?.ide,
    (ide) => [ide.files, ide.activePath, ide.diffs] as const,
  );

  readonly #ui = new Selected(
    this,
    () => this.workspace?.ui,
    (ui) => [ui.treeOpen, ui.reviewId, ui.notice, ui.pane] as const,
  );

  #treeWasOpen = false;
  #focusPending = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.workspace.actions.refreshTree();
    void import('../editor/editor.ts').then(() => {
      this.editorLoaded = true;
    });
  }

  protected override willUpdate(): void {
    const [treeOpen = false, reviewId = null] = this.#ui.value ?? [];
    // The element of a review stands empty until its code is here.
    if (reviewId !== null) void import('../editor/review-editor.ts');
    if (this.#treeWasOpen && !treeOpen) this.#focusPending = this.#hasFreeFocus();
  }

  protected override updated(): void {
    const [treeOpen = false] = this.#ui.value ?? [];
    if (treeOpen && !this.#treeWasOpen) {
      void this.tree?.updateComplete.then(() => this.tree?.focus());
    }
    this.#treeWasOpen = treeOpen;
    if (!this.#focusPending || !this.editor) return;
    this.#focusPending = false;
    this.editor.focus();
  }

  // The focus that was in the tree goes to the text; where the person put it elsewhere, it stays.
  #hasFreeFocus(): boolean {
    const around = this.getRootNode();
    const [outer, inner] = [around, this.renderRoot].map((root) =>
      root instanceof ShadowRoot ? root.activeElement : null,
    );
    return outer === null || (outer === this && (inner === null || inner === this.tree));
  }

  protected override render() {
    const [files = [], activePath = null, diffs = []] = this.#slice.value ?? [];
    const [treeOpen = false, reviewId = null, notice, pane] = this.#ui.value ?? [];
    if (this.narrow && pane === 'output') {
      return html`<ida-drawer
        class="whole"
        .workspace=${this.workspace}
        .whole=${true}
      ></ida-drawer>`;
    }
    const file = files.find((one) => one.path === activePath);
    const reviewed = diffs.find((diff) => diff.diff_id === reviewId && isOpen(diff));
    const proposed = reviewed ?? openDiffFor(diffs, activePath);
    const { actions } = this.workspace;
    return html`<div class="bar">
        <button
          type="button"
          class="icon-button"
          aria-label=${words.toggleTree}
          title="${words.toggleTree} (Ctrl+B)"
          aria-expanded=${treeOpen}
          @click=${() => actions.toggleTree()}
        >
          ${canvasIcon('files')}
        </button>
        <ida-file-tabs class="grow" .workspace=${this.workspace}></ida-file-tabs>
      </div>
      ${
        this.narrow
          ? html`<div class="actions">
              <ida-run-bar .workspace=${this.workspace}></ida-run-bar>
            </div>`
          : nothing
      }
      <div class="main">${this.#renderMain(file, reviewed)}</div>
      ${file?.conflict ? this.#renderConflict(file) : nothing}
      ${proposed ? this.#renderProposal(proposed, proposed === reviewed) : nothing}
      ${
        notice
          ? html`<div class="strip ${notice.tone}" role="alert">
              <span class="grow">${notice.text}</span>
              <button
                type="button"
                class="icon-button"
                aria-label=${chatStrings.dismiss}
                @click=${() => actions.dismissNotice()}
              >
                ${icon('close')}
              </button>
            </div>`
          : nothing
      }
      ${this.narrow ? nothing : html`<ida-drawer .workspace=${this.workspace}></ida-drawer>`}
      ${treeOpen ? html`<ida-file-tree .workspace=${this.workspace}></ida-file-tree>` : nothing}`;
  }

  #renderMain(file: OpenFile | undefined, reviewed: DiffEntry | undefined) {
    if (!file && !reviewed) return this.#renderEmpty();
    if (!this.editorLoaded) {
      return html`<div class="empty"><p class="secondary">${words.loading}</p></div>`;
    }
    return html`${
        reviewed ? html`<ida-review-editor .diff=${reviewed}></ida-review-editor>` : nothing
      } <ida-editor ?hidden=${reviewed !== undefined} .workspace=${this.workspace}></ida-editor>`;
  }

  #renderEmpty() {
    const { actions } = this.workspace;
    return html`<div class="empty">
      <p class="title">${words.emptyTitle}</p>
      <p class="secondary">${words.emptyText}</p>
      <div class="buttons">
        <button type="button" class="button primary" @click=${() => actions.newFile()}>
          ${canvasIcon('newFile')}${treeStrings.newFile}
        </button>
        <button type="button" class="button" @click=${() => actions.toggleTree()}>
          ${canvasIcon('files')}${treeStrings.label}
        </button>
      </div>
    </div>`;
  }

  #renderProposal(diff: DiffEntry, reviewing: boolean) {
    const { actions } = this.workspace;
    return html`<div class="strip" role="group" aria-label=${diffStrings.card(diff.path)}>
      <span class="path cut">${diff.path}</span>
      <span class="count secondary numbers">${diffStrings.hunks(diff.hunks.length)}</span>
      ${lineCounts(countLines(diff))}
      <span class="buttons">
        ${
          reviewing
            ? html`<button type="button" class="button quiet" @click=${() => actions.endReview()}>
                ${diffStrings.leave}
              </button>`
            : html`<button
                type="button"
                class="button quiet"
                @click=${() => actions.review(diff.diff_id)}
              >
                ${diffStrings.review}
              </button>`
        }
        <button type="button" class="button" @click=${() => actions.reject(diff.diff_id)}>
          ${diffStrings.reject}
        </button>
        <button type="button" class="button primary" @click=${() => actions.apply(diff.diff_id)}>
          ${diffStrings.apply}
        </button>
      </span>
    </div>`;
  }

  #renderConflict(file: OpenFile) {
    const settle = (keep: 'mine' | 'theirs') => () =>
      this.workspace.actions.resolveConflict(file.path, keep);
    return html`<div class="strip" role="alert">
      <span class="grow">${words.conflict}</span>
      <span class="buttons">
        <button type="button" class="button" @click=${settle('theirs')}>${words.takeTheirs}</button>
        <button type="button" class="button" @click=${settle('mine')}>${words.keepMine}</button>
      </span>
    </div>`;
  }
}

defineOnce('ida-code-pane', CodePane);

declare global {
  interface HTMLElementTagNameMap {
    'ida-code-pane': CodePane;
  }
}
