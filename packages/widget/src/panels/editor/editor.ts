import { Annotation, Compartment, EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import type { IdeState, OpenFile } from '@ide-assistant/sdk';
import { html, LitElement } from 'lit';
import { property, query } from 'lit/decorators.js';
import { Selected } from '../../controllers/selected.ts';
import { defineOnce, version } from '../../define.ts';
import { canonicalLanguage, languageOfPath } from '../../state/language.ts';
import type { Workspace } from '../../state/workspace.ts';
import { codeStrings } from '../../strings/canvas.ts';
import { editorStyles } from './editor.styles.ts';
import { readingExtensions, writingExtensions } from './extensions.ts';
import { grammarOf } from './languages.ts';
import { LateExtension } from './late-extension.ts';
import { SearchOnDemand } from './search-on-demand.ts';

// Marks a change that came from outside, so that it is not told back as the person's own.
const remote = Annotation.define<true>();

/** The editor of the active file. Each open file keeps its own undo history and selection. */
export class Editor extends LitElement {
  static override styles = editorStyles;
  static readonly version: string = version;

  @property({ attribute: false }) workspace!: Workspace;

  @query('.host') private parent!: HTMLElement;
  readonly #states = new Map<string, EditorState>();
  readonly #grammar = new Compartment();
  readonly #search = new SearchOnDemand();
  readonly #typing = new LateExtension(async () => (await import('./typing.ts')).typingAids());
  #view: EditorView | undefined;
  #path: string | null = null;
  #scan: IdeState['scans'][string] | undefined;
  #focusWanted = false;

  readonly #slice = new Selected(
    this,
    () => this.workspace?.ide,
    (ide) => [ide.files, ide.activePath, ide.scans] as const,
  );

  readonly #ui = new Selected(
    this,
    () => this.workspace?.ui,
    (ui) => [ui.insertion, ui.jump] as const,
  );

  /** Focuses the text, at once or as soon as it is there. */
  override focus(): void {
    this.#focusWanted = this.#view === undefined;
    this.#view?.focus();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#keepState();
    this.#view?.destroy();
    this.#view = undefined;
    this.#path = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.requestUpdate();
  }

  protected override render() {
    return html`<div class="host"></div>`;
  }

  protected override updated(): void {
    const [files = [], activePath = null, scans = {}] = this.#slice.value ?? [];
    const file = files.find((one) => one.path === activePath);
    this.#forgetClosed(files);
    if (!file) return;
    if (file.path !== this.#path) this.#show(file);
    else this.#takeIn(file);
    this.#mark(scans[file.path], file);
    this.#insert();
    this.#jump(file.path);
  }

  #show(file: OpenFile): void {
    this.#keepState();
    this.#path = file.path;
    this.#scan = undefined;
    const kept = this.#states.get(file.path);
    const state = kept ?? this.#createState(file);
    if (this.#view) {
      this.#view.setState(state);
    } else {
      const root = this.renderRoot;
      if (!(root instanceof ShadowRoot)) return;
      this.#view = new EditorView({ state, parent: this.parent, root });
    }
    if (this.#focusWanted) this.focus();
    if (!kept) {
      void this.#loadGrammar(file);
      return;
    }
    this.#search.refresh(this.#view);
    this.#typing.refresh(this.#view);
    this.#takeIn(file);
  }

  #createState(file: OpenFile): EditorState {
    return EditorState.create({
      doc: file.content,
      extensions: [
        readingExtensions(codeStrings.editor(file.path)),
        this.#search.extension,
        this.#typing.extension,
        writingExtensions(),
        this.#grammar.of([]),
        EditorView.domEventHandlers({
          keydown: (_event, view) => void this.#typing.request(view),
        }),
        EditorView.updateListener.of((update) => {
          const own = update.transactions.some(
            (transaction) => transaction.docChanged && !transaction.annotation(remote),
          );
          if (own) this.workspace.ide.setContent(file.path, update.state.doc.toString());
        }),
      ],
    });
  }

  async #loadGrammar(file: OpenFile): Promise<void> {
    const language = canonicalLanguage(file.language || languageOfPath(file.path));
    const grammar = await grammarOf(language);
    // Another file may have come to the front meanwhile; this one gets its grammar when it returns.
    if (this.#path === file.path) {
      this.#view?.dispatch({ effects: this.#grammar.reconfigure(grammar) });
      return;
    }
    const kept = this.#states.get(file.path);
    if (!kept) return;
    this.#states.set(file.path, kept.update({ effects: this.#grammar.reconfigure(grammar) }).state);
  }

  #takeIn(file: OpenFile): void {
    const view = this.#view;
    if (!view) return;
    const text = view.state.doc.toString();
    if (text === file.content) return;
    const { from, to, insert } = changedPart(text, file.content);
    view.dispatch({ changes: { from, to, insert }, annotations: remote.of(true) });
  }

  #mark(scan: IdeState['scans'][string] | undefined, file: OpenFile): void {
    if (scan === this.#scan) return;
    this.#scan = scan;
    void import('./diagnostics.ts').then(({ markFindings }) => {
      // Another file or a newer scan may have come to the front meanwhile.
      if (this.#path !== file.path || this.#scan !== scan || !this.#view) return;
      markFindings(this.#view, scan);
    });
  }

  #insert(): void {
    const [insertion] = this.#ui.value ?? [];
    const view = this.#view;
    if (!insertion || !view) return;
    view.dispatch(view.state.replaceSelection(insertion.text), { scrollIntoView: true });
    this.workspace.ui.update({ insertion: null });
    view.focus();
  }

  #jump(path: string): void {
    const [, jump] = this.#ui.value ?? [];
    const view = this.#view;
    if (!jump || !view || jump.path !== path) return;
    const line = view.state.doc.line(Math.min(Math.max(1, jump.line), view.state.doc.lines));
    const at = Math.min(line.to, line.from + Math.max(0, jump.column - 1));
    view.dispatch({
      selection: { anchor: at },
      effects: EditorView.scrollIntoView(at, { y: 'center' }),
    });
    this.workspace.ui.update({ jump: null });
    view.focus();
  }

  #keepState(): void {
    if (this.#path !== null && this.#view) this.#states.set(this.#path, this.#view.state);
  }

  #forgetClosed(files: readonly OpenFile[]): void {
    const open = new Set(files.map((file) => file.path));
    for (const path of this.#states.keys()) if (!open.has(path)) this.#states.delete(path);
    if (this.#path !== null && !open.has(this.#path)) this.#path = null;
  }
}

/** The one stretch in which two texts differ, so that a cursor outside it stays where it is. */
function changedPart(before: string, after: string): { from: number; to: number; insert: string } {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from += 1;
  let tail = 0;
  while (tail < shorter - from && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return { from, to: before.length - tail, insert: after.slice(from, after.length - tail) };
}

defineOnce('ida-editor', Editor);
