import type { OpenFile } from '@ide-assistant/sdk';
import { html, LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { Selected } from '../../controllers/selected.ts';
import { defineOnce, version } from '../../define.ts';
import { icon } from '../../icons.ts';
import { baseName } from '../../state/path.ts';
import type { Workspace } from '../../state/workspace.ts';
import { codeStrings as words } from '../../strings/canvas.ts';
import { fileTabsStyles } from './file-tabs.styles.ts';

/**
 * The open files. A list with the current one marked rather than a tab pattern, since each entry
 * holds two buttons, and a tab may hold none.
 */
export class FileTabs extends LitElement {
  static override styles = fileTabsStyles;
  static readonly version: string = version;

  @property({ attribute: false }) workspace!: Workspace;

  readonly #slice = new Selected(
    this,
    () => this.workspace?.ide,
    (ide) => [ide.files, ide.activePath] as const,
  );

  protected override render() {
    const [files = [], activePath = null] = this.#slice.value ?? [];
    return html`<ul aria-label=${words.openFiles}>
      ${repeat(
        files,
        (file) => file.path,
        (file) => this.#renderTab(file, file.path === activePath),
      )}
    </ul>`;
  }

  #renderTab(file: OpenFile, active: boolean) {
    const { actions } = this.workspace;
    return html`<li
      class="${active ? 'active' : ''} ${file.modified ? 'unsaved' : ''}"
      @auxclick=${(event: MouseEvent) => event.button === 1 && actions.close(file.path)}
    >
      <button
        type="button"
        class="name"
        title=${file.path}
        aria-current=${active ? 'true' : 'false'}
        @click=${() => actions.open(file.path)}
      >
        <span class="cut">${baseName(file.path)}</span>
        ${file.modified ? html`<span class="visually-hidden">, ${words.unsaved}</span>` : ''}
      </button>
      <button
        type="button"
        class="icon-button close"
        aria-label=${words.closeFile(file.path)}
        @click=${() => actions.close(file.path)}
      >
        ${icon('close')}
      </button>
    </li>`;
  }
}

defineOnce('ida-file-tabs', FileTabs);
