import type { Status } from '@ide-assistant/sdk';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { Narrow } from '../../controllers/narrow.ts';
import { Selected } from '../../controllers/selected.ts';
import { Ticker } from '../../controllers/ticker.ts';
import { defineOnce, version } from '../../define.ts';
import { icon } from '../../icons.ts';
import { clampLayout, defaultLayout, readLayout, writeLayout } from '../../state/layout.ts';
import type { Layout } from '../../state/layout.ts';
import type { Memory } from '../../state/memory.ts';
import { modeAfterEscape, type Mode, type Placement } from '../../state/mode.ts';
import { statusView } from '../../state/status-view.ts';
import type { Store } from '../../state/store.ts';
import type { Pane, UiState } from '../../state/ui.ts';
import type { Workspace } from '../../state/workspace.ts';
import { statusStrings } from '../../strings/launcher.ts';
import { name, shellStrings as words } from '../../strings/chat.ts';
import { tabList } from '../../templates/tab-list.ts';
import type { Chat } from '../chat/chat.ts';
import '../chat/chat.ts';
import { drag } from './drag.ts';
export { panelTokens } from '../../styles/panel-tokens.ts';
import { shortcutOf } from './shortcuts.ts';
import { shellStyles } from './shell.styles.ts';

/**
 * The panel and the canvas: one dialog element that changes size, so that scroll, draft and
 * selection stay through a change of mode.
 */
export class Shell extends LitElement {
  static override styles = shellStyles;
  static readonly version: string = version;

  @property({ attribute: false }) workspace: Workspace | null = null;
  @property({ attribute: false }) ui!: Store<UiState>;
  @property({ attribute: false }) memory!: Memory;
  @property({ attribute: false }) status: Status = { state: 'idle' };
  @property({ attribute: false }) placement: Placement = 'bottom-right';
  /** Whether there is anything to connect to. */
  @property({ attribute: false }) configured = false;

  @state() private layout: Layout = defaultLayout;
  @state() private codeLoaded = false;
  @query('dialog') private dialog!: HTMLDialogElement;
  @query('ida-chat') private chat!: Chat | null;

  readonly #narrow = new Narrow(this);
  readonly #face = new Selected(
    this,
    () => this.ui,
    (ui) => [ui.mode, ui.pane, ui.settled] as const,
  );
  #shown: Mode = 'minimized';

  constructor() {
    super();
    new Ticker(this, () => this.status.state === 'reconnecting' && this.#shown !== 'minimized');
  }

  /** Focuses the message field. */
  focusComposer(): void {
    this.chat?.focus();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.layout = readLayout(this.memory);
  }

  protected override willUpdate(): void {
    const [mode] = this.#face.value ?? [];
    if (mode === 'canvas' && !this.codeLoaded) {
      void import('../code-pane/code-pane.ts').then(() => {
        this.codeLoaded = true;
      });
    }
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('layout')) {
      const { style } = this.dialog;
      style.setProperty('--panel-width', `${this.layout.width}px`);
      style.setProperty('--panel-height', `${this.layout.height}px`);
      style.setProperty('--split', `${this.layout.split}`);
    }
    const mode = this.ui.state.mode;
    if (mode !== this.#shown) this.#show(mode);
  }

  protected override render() {
    const [mode = 'minimized', pane = 'chat', settled = false] = this.#face.value ?? [];
    const canvas = mode === 'canvas';
    const narrow = canvas && this.#narrow.value;
    const view = statusView(this.status, settled, Date.now());
    return html`<dialog
      part="panel"
      class="dialog ${canvas ? 'canvas' : ''} ${narrow ? 'narrow' : ''}"
      aria-label=${name}
      @cancel=${(event: Event) => event.preventDefault()}
      @close=${this.#closed}
      @keydown=${this.#keydown}
    >
      <header>
        <div
          class="status ${view.action ? 'troubled' : ''}"
          tabindex="0"
          role="group"
          aria-label="${name}, ${view.word}"
        >
          <span class="dot ${view.tone} ${view.pulse ? 'pulse' : ''}"></span>
          <h2>${name}</h2>
          <span class="word cut ${view.tone}">${view.word}</span>
        </div>
        ${
          view.action
            ? html`<button type="button" class="button" @click=${this.#reconnect}>
                ${statusStrings[view.action]}
              </button>`
            : nothing
        }
        <span class="grow"></span>
        ${
          canvas && !narrow && this.workspace && this.codeLoaded
            ? html`<ida-run-bar .workspace=${this.workspace}></ida-run-bar>`
            : nothing
        }
        <span class="buttons">
          ${
            canvas
              ? this.#headerButton('panel', words.panel, 'expanded')
              : this.#headerButton('canvas', words.canvas, 'canvas')
          }
          ${this.#headerButton('minimize', words.minimize, 'minimized')}
        </span>
        <span class="visually-hidden" role="status"
          >${this.status.state === 'reconnecting' ? statusStrings.reconnecting : view.word}</span
        >
      </header>
      ${view.detail ? html`<p class="detail">${view.detail}</p>` : nothing}
      ${narrow ? this.#renderPanes(pane) : nothing} ${this.#renderBody(canvas, narrow, pane)}
      ${canvas ? nothing : this.#renderResize()}
    </dialog>`;
  }

  #headerButton(sign: 'panel' | 'canvas' | 'minimize', label: string, to: Mode) {
    return html`<button
      type="button"
      class="icon-button"
      aria-label=${label}
      title=${label}
      @click=${() => this.ui.update({ mode: to })}
    >
      ${icon(sign)}
    </button>`;
  }

  #renderPanes(pane: Pane) {
    const tabs = [
      { key: 'chat', label: words.chat },
      { key: 'code', label: words.code },
      { key: 'output', label: words.output },
    ] as const;
    return html`<div class="panes">
      ${tabList<Pane>(words.panes, tabs, pane, (key) => this.ui.update({ pane: key }))}
    </div>`;
  }

  #renderBody(canvas: boolean, narrow: boolean, pane: Pane) {
    if (!this.workspace) {
      return html`<div class="body">
        <p class="empty">${this.configured ? statusStrings.connecting : words.unconfigured}</p>
      </div>`;
    }
    const role = narrow ? 'tabpanel' : nothing;
    return html`<div class="body">
      <ida-chat
        id="panel-chat"
        role=${role}
        aria-labelledby=${narrow ? 'tab-chat' : nothing}
        ?hidden=${narrow && pane !== 'chat'}
        .workspace=${this.workspace}
      ></ida-chat>
      ${canvas && !narrow ? this.#renderSeparator() : nothing}
      ${
        this.codeLoaded
          ? html`<ida-code-pane
              id=${narrow && pane === 'output' ? 'panel-output' : 'panel-code'}
              role=${role}
              aria-labelledby=${narrow ? `tab-${pane}` : nothing}
              ?hidden=${!canvas || (narrow && pane === 'chat')}
              .workspace=${this.workspace}
              .narrow=${narrow}
            ></ida-code-pane>`
          : nothing
      }
    </div>`;
  }

  #renderSeparator() {
    const [lowest, highest] = [20, 80];
    return html`<div
      class="separator"
      role="separator"
      tabindex="0"
      aria-label=${words.split}
      aria-orientation="vertical"
      aria-valuemin=${lowest}
      aria-valuemax=${highest}
      aria-valuenow=${this.layout.split}
      @keydown=${this.#splitKey}
      @dblclick=${() => this.#resize({ split: defaultLayout.split })}
      @pointerdown=${(event: PointerEvent) => {
        const left = this.dialog.getBoundingClientRect().left;
        const width = this.dialog.clientWidth;
        drag(event, (to) => this.#resize({ split: ((to.clientX - left) / width) * 100 }));
      }}
    ></div>`;
  }

  #renderResize() {
    return html`<button
      type="button"
      class="resize ${this.placement}"
      aria-label=${words.resize}
      @keydown=${this.#resizeKey}
      @pointerdown=${(event: PointerEvent) => {
        const { width, height } = this.layout;
        const { clientX, clientY } = event;
        // The grip is at the corner away from the page's, so outwards means larger.
        const across = this.placement.endsWith('right') ? -1 : 1;
        const along = this.placement.startsWith('bottom') ? -1 : 1;
        drag(event, (to) =>
          this.#resize({
            width: width + across * (to.clientX - clientX),
            height: height + along * (to.clientY - clientY),
          }),
        );
      }}
    ></button>`;
  }

  #show(mode: Mode): void {
    const focused = this.chat?.focusedField ?? null;
    this.#shown = mode;
    const { dialog } = this;
    if (dialog.open) dialog.close();
    // The attribute, not show(): a panel that a page opens at load must not take the focus.
    if (mode === 'expanded') dialog.setAttribute('open', '');
    if (mode === 'canvas') {
      dialog.showModal();
      (focused ?? this.chat)?.focus();
    }
  }

  // The browser may close a modal by itself, as on a second Escape; the mode follows it.
  readonly #closed = (): void => {
    if (!this.dialog.open && this.#shown === 'canvas') this.ui.update({ mode: 'expanded' });
  };

  readonly #reconnect = (): void => this.workspace?.ide.client.reconnect();

  #resize(change: Partial<Layout>): void {
    this.layout = clampLayout({ ...this.layout, ...change });
    writeLayout(this.memory, this.layout);
  }

  readonly #splitKey = (event: KeyboardEvent): void => {
    const { split } = this.layout;
    const steps: Record<string, number> = {
      ArrowLeft: split - 2,
      ArrowRight: split + 2,
      Home: 0,
      End: 100,
    };
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#resize({ split: to });
  };

  readonly #resizeKey = (event: KeyboardEvent): void => {
    const { width, height } = this.layout;
    const steps: Record<string, Partial<Layout>> = {
      ArrowLeft: { width: width + 16 },
      ArrowRight: { width: width - 16 },
      ArrowUp: { height: height + 16 },
      ArrowDown: { height: height - 16 },
    };
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#resize(to);
  };

  readonly #keydown = (event: KeyboardEvent): void => {
    // What is typed here is no shortcut of the page.
    event.stopPropagation();
    if (event.defaultPrevented) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      this.#escape();
      return;
    }
    const shortcut = shortcutOf(event);
    const actions = this.workspace?.actions;
    if (!shortcut || !actions || this.ui.state.mode !== 'canvas') return;
    if (shortcut === 'run' && this.chat?.focusedField) return;
    event.preventDefault();
    switch (shortcut) {
      case 'save':
        void actions.save();
        break;
      case 'run':
        void actions.run();
        break;
      case 'tree':
        actions.toggleTree();
        break;
      case 'drawer':
        actions.toggleDrawer();
        break;
    }
  };

  #escape(): void {
    const { mode, treeOpen, reviewId, drawerOpen } = this.ui.state;
    if (mode === 'canvas' && treeOpen) this.ui.update({ treeOpen: false });
    else if (mode === 'canvas' && reviewId !== null) this.ui.update({ reviewId: null });
    else if (mode === 'canvas' && drawerOpen) this.ui.update({ drawerOpen: false });
    else this.ui.update({ mode: modeAfterEscape(mode) });
  }
}

defineOnce('ida-shell', Shell);

declare global {
  interface HTMLElementTagNameMap {
    'ida-shell': Shell;
  }
}
