import { html, LitElement, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { Selected } from '../../controllers/selected.ts';
import { defineOnce, version } from '../../define.ts';
import { icon } from '../../icons.ts';
import { completeCommand, matchingCommands, type Command } from '../../state/commands.ts';
import { queueNotice } from '../../state/queue-notice.ts';
import type { Workspace } from '../../state/workspace.ts';
import { chatStrings as words, commandStrings } from '../../strings/chat.ts';
import { composerStyles } from './composer.styles.ts';

/**
 * Where a message is written.
 * @fires ida-sent - After the person sent one, before any answer.
 */
export class Composer extends LitElement {
  static override styles = composerStyles;
  static readonly version: string = version;

  @property({ attribute: false }) workspace!: Workspace;

  @state() private draft = '';
  @state() private choice = 0;
  @state() private commandsClosed = false;
  @query('textarea') private field!: HTMLTextAreaElement;

  readonly #slice = new Selected(
    this,
    () => this.workspace?.ide,
    (ide) => [ide.status, ide.queued, isAnswering(ide.messages, ide.typing)] as const,
  );

  readonly #ui = new Selected(
    this,
    () => this.workspace?.ui,
    (ui) => [ui.settled] as const,
  );

  /** Focuses the field. */
  override focus(): void {
    void this.updateComplete.then(() => this.field.focus());
  }

  /** The field while it has the focus, else null. */
  get focusedField(): HTMLElement | null {
    return this.renderRoot instanceof ShadowRoot && this.renderRoot.activeElement === this.field
      ? this.field
      : null;
  }

  protected override render() {
    const [status, queued = 0, answering = false] = this.#slice.value ?? [];
    const [settled = false] = this.#ui.value ?? [];
    const notice = status ? queueNotice(status, settled, queued) : null;
    const matches = this.#matches();
    return html`${matches.length > 0 ? this.#renderCommands(matches) : nothing}
      <textarea
        class="field"
        rows="1"
        aria-label=${words.message}
        aria-describedby="hint"
        role=${matches.length > 0 ? 'combobox' : nothing}
        aria-expanded=${matches.length > 0 ? 'true' : nothing}
        aria-controls=${matches.length > 0 ? 'commands' : nothing}
        aria-activedescendant=${matches.length > 0 ? `command-${this.choice}` : nothing}
        placeholder=${words.placeholder}
        .value=${this.draft}
        @input=${this.#input}
        @keydown=${this.#keydown}
      ></textarea>
      <div class="foot">
        <span id="hint" class="hint cut ${notice ? 'notice' : ''}" aria-live="polite"
          >${notice ?? words.hint}</span
        >
        ${
          answering && this.draft.trim() === ''
            ? html`<button
                type="button"
                class="send stop"
                aria-label=${words.stop}
                title=${words.stop}
                @click=${() => this.workspace.ide.stopChat()}
              >
                ${icon('stop')}
              </button>`
            : html`<button
                type="button"
                class="send"
                aria-label=${words.send}
                title=${words.send}
                ?disabled=${this.draft.trim() === ''}
                @click=${this.#send}
              >
                ${icon('send')}
              </button>`
        }
      </div>`;
  }

  #renderCommands(matches: readonly Command[]) {
    return html`<ul
      id="commands"
      class="commands"
      role="listbox"
      aria-label=${commandStrings.label}
    >
      ${matches.map(
        (command, index) =>
          html`<li
            id="command-${index}"
            role="option"
            aria-selected=${index === this.choice}
            @pointerdown=${(event: Event) => {
              event.preventDefault();
              this.#complete(command);
            }}
          >
            <span class="command">${command.name}</span>
            <span class="secondary cut">${command.summary}</span>
          </li>`,
      )}
    </ul>`;
  }

  #matches(): readonly Command[] {
    return this.commandsClosed ? [] : matchingCommands(this.draft);
  }

  readonly #input = (): void => {
    this.draft = this.field.value;
    this.choice = 0;
    this.commandsClosed = false;
    this.#grow();
  };

  readonly #keydown = (event: KeyboardEvent): void => {
    // The Enter that ends a composition belongs to the input method. Safari ends the composition
    // before that key is told, and only the code 229 still gives it away.
    if (event.isComposing || event.keyCode === 229) return;
    if (this.#commandKey(event)) {
      event.preventDefault();
      return;
    }
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    this.#send();
  };

  #commandKey(event: KeyboardEvent): boolean {
    const matches = this.#matches();
    const chosen = matches[this.choice];
    if (!chosen) return false;
    switch (event.key) {
      case 'ArrowDown':
        this.choice = (this.choice + 1) % matches.length;
        return true;
      case 'ArrowUp':
        this.choice = (this.choice - 1 + matches.length) % matches.length;
        return true;
      case 'Escape':
        this.commandsClosed = true;
        return true;
      case 'Tab':
      case 'Enter':
        // A command that is already whole and takes nothing more is sent, not completed again.
        if (event.key === 'Enter' && this.draft === completeCommand(chosen, null).trim()) {
          if (!chosen.takesPath) return false;
        }
        this.#complete(chosen);
        return true;
      default:
        return false;
    }
  }

  #complete(command: Command): void {
    this.draft = completeCommand(command, this.workspace.ide.state.activePath);
    this.commandsClosed = true;
    void this.updateComplete.then(() => {
      this.field.focus();
      this.field.setSelectionRange(this.draft.length, this.draft.length);
    });
  }

  readonly #send = (): void => {
    const message = this.draft.trim();
    if (message === '') return;
    this.draft = '';
    void this.updateComplete.then(() => this.#grow());
    this.dispatchEvent(new Event('ida-sent', { bubbles: true, composed: true }));
    void this.workspace.actions.ask(message);
  };

  #grow(): void {
    const { style } = this.field;
    style.blockSize = 'auto';
    style.blockSize = `${this.field.scrollHeight}px`;
  }
}

function isAnswering(
  messages: readonly { role: string; state: string }[],
  typing: boolean,
): boolean {
  return typing || messages.at(-1)?.state === 'streaming' || messages.at(-1)?.state === 'sent';
}

defineOnce('ida-composer', Composer);

declare global {
  interface HTMLElementTagNameMap {
    'ida-composer': Composer;
  }
}
