import type { OpenFile } from '@ide-assistant/sdk';
import { html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { Selected } from '../../controllers/selected.ts';
import { defineOnce, version } from '../../define.ts';
import { icon } from '../../icons.ts';
import { canonicalLanguage, languageOfPath } from '../../state/language.ts';
import { saveState, type SaveState } from '../../state/save-view.ts';
import type { Workspace } from '../../state/workspace.ts';
import { codeStrings as words } from '../../strings/canvas.ts';
import '../proof/proof.ts';
import { runBarStyles } from './run-bar.styles.ts';

const saveWords: Record<SaveState, string> = {
  clean: '',
  unsaved: words.unsavedState,
  saving: words.saving,
  saved: words.saved,
  conflict: words.conflicting,
};

/** What can be done with the open file: save, scan, run; and whether it is saved. */
export class RunBar extends LitElement {
  static override styles = runBarStyles;
  static readonly version: string = version;

  @property({ attribute: false }) workspace!: Workspace;

  /** Language chosen by the person for the active file, else that of the file. */
  @state() private chosen: { path: string; language: string } | null = null;

  readonly #slice = new Selected(
    this,
    () => this.workspace?.ide,
    (ide) => [ide.files, ide.activePath, ide.runs.at(-1)?.state, ide.status] as const,
  );

  readonly #ui = new Selected(
    this,
    () => this.workspace?.ui,
    (ui) => [ui.savedHashes] as const,
  );

  protected override render() {
    const [files = [], activePath = null, runState, status] = this.#slice.value ?? [];
    const file = files.find((one) => one.path === activePath);
    const languages = status?.state === 'connected' ? status.connect.capabilities.languages : [];
    const running = runState === 'running' || runState === 'queued';
    const language = file ? this.#languageOf(file) : '';
    const { actions } = this.workspace;
    return html`${file ? this.#renderSaveState(file) : nothing}
      <button
        type="button"
        class="button quiet"
        title="Ctrl+S"
        ?disabled=${!file || file.saving}
        @click=${() => actions.save()}
      >
        ${words.save}
      </button>
      <button type="button" class="button quiet" ?disabled=${!file} @click=${() => actions.scan()}>
        ${words.scan}
      </button>
      ${
        languages.length > 0 && file
          ? html`<select
              aria-label=${words.language}
              .value=${language}
              @change=${(event: Event) => this.#choose(event, file.path)}
            >
              ${(languages.includes(language) ? languages : [language, ...languages]).map(
                (one) => html`<option value=${one} ?selected=${one === language}>${one}</option>`,
              )}
            </select>`
          : nothing
      }
      ${
        running
          ? html`<button type="button" class="button run" @click=${() => actions.stopRun()}>
              ${icon('stop')}${words.stop}
            </button>`
          : html`<button
              type="button"
              class="button run primary"
              title="Ctrl+Enter"
              ?disabled=${!file}
              @click=${() => actions.run(language)}
            >
              ${icon('run')}${words.run}
            </button>`
      }`;
  }

  #renderSaveState(file: OpenFile) {
    const [savedHashes = {}] = this.#ui.value ?? [];
    const state = saveState(file, savedHashes);
    return html`<span class="save-state">
      <span class=${state} role="status">${saveWords[state]}</span>
      ${
        state === 'saved' && file.proof
          ? html`<ida-proof
              .workspace=${this.workspace}
              .verificationId=${file.proof.verification_id}
            ></ida-proof>`
          : nothing
      }
    </span>`;
  }

  #languageOf(file: OpenFile): string {
    if (this.chosen?.path === file.path) return this.chosen.language;
    return canonicalLanguage(file.language || languageOfPath(file.path));
  }

  #choose(event: Event, path: string): void {
    const { target } = event;
    if (target instanceof HTMLSelectElement) this.chosen = { path, language: target.value };
  }
}

defineOnce('ida-run-bar', RunBar);
