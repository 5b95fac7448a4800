import { html, LitElement, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { Selected } from '../../controllers/selected.ts';
import { defineOnce, version } from '../../define.ts';
import { canvasIcon, type CanvasIconName } from '../../canvas-icons.ts';
import { icon } from '../../icons.ts';
import { directoryOf } from '../../state/path.ts';
import { moveInTree, visibleRows, type TreeRow } from '../../state/tree-view.ts';
import type { Workspace } from '../../state/workspace.ts';
import { treeStrings as words } from '../../strings/canvas.ts';
import { fileTreeStyles } from './file-tree.styles.ts';

/** An inline name field: for something new in a directory, or for a new name. */
type Naming = { kind: 'file' | 'directory'; directory: string } | { kind: 'rename'; path: string };

/** The workspace as a tree, with what can be done to its files. */
export class FileTree extends LitElement {
  static override styles = fileTreeStyles;
  static readonly version: string = version;

  @property({ attribute: false }) workspace!: Workspace;

  @state() private expanded: ReadonlySet<string> = new Set();
  /** The row that Tab leads to, and that the buttons act on. */
  @state() private current: string | null = null;
  @state() private naming: Naming | null = null;
  @state() private removing: TreeRow | null = null;
  @query('input') private input!: HTMLInputElement | null;

  readonly #slice = new Selected(
    this,
    () => this.workspace?.ide,
    (ide) => [ide.tree, ide.treeTruncated, ide.activePath] as const,
  );

  readonly #ui = new Selected(
    this,
    () => this.workspace?.ui,
    (ui) => [ui.naming] as const,
  );

  #rows: readonly TreeRow[] = [];

  /** Focuses the name field while there is one, else the current row. */
  override focus(): void {
    const row = this.renderRoot.querySelector<HTMLElement>('.row[tabindex="0"]');
    (this.input ?? row)?.focus();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.workspace.actions.refreshTree();
  }

  protected override willUpdate(): void {
    const [tree = [], , activePath = null] = this.#slice.value ?? [];
    this.#rows = visibleRows(tree, this.expanded);
    if (!this.#rows.some((row) => row.path === this.current)) {
      const active = this.#rows.find((row) => row.path === activePath);
      this.current = (active ?? this.#rows[0])?.path ?? null;
    }
    if (!this.#ui.value?.[0]) return;
    this.#name('file');
    this.workspace.ui.update({ naming: false });
  }

  protected override updated(): void {
    if (this.input && this.renderRoot instanceof ShadowRoot) {
      if (this.renderRoot.activeElement !== this.input) this.input.focus();
    }
  }

  protected override render() {
    const [, truncated = false] = this.#slice.value ?? [];
    const selected = this.#currentRow();
    return html`<div class="head">
        <h3>${words.label}</h3>
        ${this.#button('newFile', words.newFile, true, () => this.#name('file'))}
        ${this.#button('newFolder', words.newFolder, true, () => this.#name('directory'))}
        ${this.#button('rename', words.rename, selected !== undefined, () => this.#rename())}
        ${this.#button('remove', words.remove, selected !== undefined, () => {
          this.removing = selected ?? null;
        })}
        ${this.#button('close', words.close, true, () => this.workspace.actions.toggleTree())}
      </div>
      ${this.naming ? this.#renderNaming(this.naming) : nothing}
      ${
        this.#rows.length === 0
          ? html`<p class="note">${words.empty}</p>`
          : html`<div class="tree" role="tree" aria-label=${words.label} @keydown=${this.#keydown}>
              ${repeat(
                this.#rows,
                (row) => row.path,
                (row) => this.#renderRow(row),
              )}
            </div>`
      }
      ${truncated ? html`<p class="note">${words.truncated}</p>` : nothing}
      ${this.removing ? this.#renderConfirm(this.removing) : nothing}`;
  }

  #button(sign: CanvasIconName | 'close', label: string, enabled: boolean, onClick: () => void) {
    return html`<button
      type="button"
      class="icon-button"
      aria-label=${label}
      title=${label}
      ?disabled=${!enabled}
      @click=${onClick}
    >
      ${sign === 'close' ? icon(sign) : canvasIcon(sign)}
    </button>`;
  }

  #renderRow(row: TreeRow) {
    const [, , activePath = null] = this.#slice.value ?? [];
    const directory = row.kind === 'directory';
    return html`<div
      class="row level-${Math.min(row.level, 8)}"
      role="treeitem"
      data-path=${row.path}
      tabindex=${row.path === this.current ? 0 : -1}
      aria-level=${row.level}
      aria-posinset=${row.position}
      aria-setsize=${row.siblings}
      aria-selected=${row.path === activePath}
      aria-expanded=${directory ? row.expanded : nothing}
      @click=${() => this.#activate(row)}
      @focus=${() => {
        this.current = row.path;
      }}
    >
      <span class="twist">${directory ? icon('chevron') : nothing}</span>
      <span class="cut">${row.name}</span>
    </div>`;
  }

  #renderNaming(naming: Naming) {
    const value = naming.kind === 'rename' ? naming.path : naming.directory;
    const label = naming.kind === 'directory' ? words.folderName : words.fileName;
    return html`<div class="form">
      <input
        type="text"
        aria-label=${label}
        placeholder=${label}
        spellcheck="false"
        autocomplete="off"
        .value=${value}
        @keydown=${(event: KeyboardEvent) => this.#namingKey(event, naming)}
        @blur=${() => {
          this.naming = null;
        }}
      />
    </div>`;
  }

  #renderConfirm(row: TreeRow) {
    const settle = (remove: boolean) => () => {
      this.removing = null;
      if (remove) void this.workspace.actions.remove(row.path, row.kind === 'directory');
    };
    return html`<div class="confirm" role="alert">
      <span class="grow">${words.confirm(row.path)}</span>
      <button type="button" class="button" @click=${settle(true)}>${words.remove}</button>
      <button type="button" class="button" @click=${settle(false)}>${words.keep}</button>
    </div>`;
  }

  #currentRow(): TreeRow | undefined {
    return this.#rows.find((row) => row.path === this.current);
  }

  #name(kind: 'file' | 'directory'): void {
    const row = this.#currentRow();
    const inside = row?.kind === 'directory' && row.expanded ? `${row.path}/` : undefined;
    this.naming = { kind, directory: inside ?? directoryOf(row?.path ?? '') };
  }

  #rename(): void {
    if (this.current !== null) this.naming = { kind: 'rename', path: this.current };
  }

  #namingKey(event: KeyboardEvent, naming: Naming): void {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      this.naming = null;
      void this.updateComplete.then(() => this.focus());
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const name = this.input?.value.trim() ?? '';
      this.naming = null;
      if (name === '' || name.endsWith('/')) return;
      const { actions } = this.workspace;
      if (naming.kind !== 'rename') void actions.create(name, naming.kind);
      else if (name !== naming.path) void actions.rename(naming.path, name);
    }
  }

  readonly #keydown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || this.current === null) return;
    if (event.key === 'F2' || event.key === 'Delete') {
      event.preventDefault();
      if (event.key === 'F2') this.#rename();
      else this.removing = this.#currentRow() ?? null;
      return;
    }
    const move = moveInTree(this.#rows, this.current, event.key);
    if (!move) return;
    event.preventDefault();
    const row = this.#rows.find((one) => one.path === move.path);
    if (!row) return;
    switch (move.kind) {
      case 'focus':
        this.current = move.path;
        void this.updateComplete.then(() => this.focus());
        break;
      case 'expand':
      case 'collapse':
        this.#toggle(row);
        break;
      case 'activate':
        this.#activate(row);
        break;
    }
  };

  #activate(row: TreeRow): void {
    this.current = row.path;
    if (row.kind === 'directory') this.#toggle(row);
    else void this.workspace.actions.open(row.path);
  }

  #toggle(row: TreeRow): void {
    const next = new Set(this.expanded);
    if (!next.delete(row.path)) next.add(row.path);
    this.expanded = next;
  }
}

defineOnce('ida-file-tree', FileTree);

declare global {
  interface HTMLElementTagNameMap {
    'ida-file-tree': FileTree;
  }
}
