import type { Client, ClientOptions, IdeState, Status } from '@ide-assistant/sdk';
import {
  adoptStyles,
  html,
  LitElement,
  nothing,
  type PropertyValues,
  type TemplateResult,
} from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { Target } from './connect.ts';
import { PageScheme } from './controllers/page-scheme.ts';
import { version } from './define.ts';
import { FileSaveEvent } from './events/file-save.ts';
import { ModeChangeEvent } from './events/mode-change.ts';
import { StatusChangeEvent } from './events/status-change.ts';
import { glyph } from './glyph.ts';
import { ideAssistantStyles } from './ide-assistant.styles.ts';
import type { Shell } from './panels/shell/shell.ts';
import { createAttention } from './state/attention.ts';
import { createMemory } from './state/memory.ts';
import { modeOf, type Mode, type Placement, type Theme } from './state/mode.ts';
import { isSettled, statusView } from './state/status-view.ts';
import { createUi } from './state/ui.ts';
import type { Workspace } from './state/workspace.ts';
import { launcherStrings as words } from './strings/launcher.ts';

/** Gives the current token; called before each connection and when one is about to expire. */
export type TokenProvider = Exclude<ClientOptions['token'], string | undefined>;

/**
 * An assistant in three sizes: a launcher, a chat panel, and a full-screen canvas with editor,
 * review, output and findings. Only the launcher loads with the page; the rest follows on use.
 *
 * @summary Embeddable IDE assistant.
 *
 * @fires {ModeChangeEvent} ida-mode-change - After a change between launcher, panel and canvas.
 * @fires {StatusChangeEvent} ida-status-change - After each change of the connection.
 * @fires {FileSaveEvent} ida-file-save - After the server has written a file that the person saved.
 *
 * @csspart launcher - The round button of the minimized mode.
 * @csspart panel - The panel, and in canvas mode the whole canvas.
 *
 * @cssprop [--ida-accent] - The one accent; all other colours are in `styles/tokens.ts`.
 * @cssprop [--ida-z-index=1000] - Layer of launcher and panel. The canvas is in the top layer.
 */
export class IdeAssistant extends LitElement {
  static override styles = ideAssistantStyles;

  /** Version of this class. */
  static readonly version: string = version;

  /** Address of the server's WebSocket endpoint; absolute, or a path of this page's host. */
  @property() url: string | null = null;

  /** Bearer token. Kept in memory only. For a token that expires, set {@link tokenProvider}. */
  @property() token: string | null = null;

  /** How much of the page to take. */
  @property({ reflect: true, converter: { fromAttribute: modeOf } }) mode: Mode = 'minimized';

  /** Session to join. By default the one last used with this `url` in this browser, or a new one. */
  @property() session: string | null = null;

  /** Colours; `auto` takes the side that the page takes. */
  @property() theme: Theme = 'auto';

  /** Corner for launcher and panel. */
  @property() placement: Placement = 'bottom-right';

  /** A ready client, used in place of `url`, `token` and `session`. It is not closed from here. */
  @property({ attribute: false }) client: Client | null = null;

  /** Source of fresh tokens; wins over `token`. */
  @property({ attribute: false }) tokenProvider: TokenProvider | null = null;

  @state() private workspace: Workspace | null = null;
  @state() private status: Status = { state: 'idle' };
  @state() private waiting = 0;
  @state() private shellLoaded = false;
  @state() private loadFailed = false;
  @query('ida-shell') private shell!: Shell | null;
  @query('.launcher') private launcher!: HTMLButtonElement | null;

  readonly #ui = createUi('minimized');
  readonly #scheme = new PageScheme(this, () => this.theme);
  readonly #attention = createAttention();
  readonly #memory = createMemory(() => globalThis.localStorage);
  #release: (() => void) | undefined;
  #started = false;
  #focusPending = false;
  #announced: Readonly<Record<string, string>> = {};

  constructor() {
    super();
    this.#ui.subscribe((ui) => {
      this.mode = ui.mode;
      this.#announceSaves(ui.savedHashes);
    });
  }

  /** Reconnects now, also after the connection was closed for good. */
  reconnect(): void {
    this.workspace?.ide.client.reconnect();
  }

  /** Focuses the message field, or the launcher while minimized. */
  override focus(options?: FocusOptions): void {
    if (this.mode === 'minimized') this.launcher?.focus(options);
    else this.shell?.focusComposer();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.#started) this.#bind();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // A move within the page disconnects and connects in one task and must not cost the connection.
    queueMicrotask(() => {
      if (!this.isConnected) this.#unbind();
    });
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('mode')) this.#modeChanged(changed.get('mode'));
    this.#settleFocus();
    if (!this.#started) {
      this.#started = true;
      this.#bind();
    } else if (changed.has('url') || changed.has('session') || changed.has('client')) {
      this.#rebind();
    } else if (changed.has('token') && this.status.state === 'closed') {
      // A token that comes after a refusal is the answer to it.
      this.reconnect();
    }
  }

  protected override render(): TemplateResult {
    const minimized = this.mode === 'minimized';
    return html`<div class="root ${this.#scheme.value} ${this.placement}">
      ${minimized || !this.shellLoaded ? this.#renderLauncher() : nothing}
      ${
        this.shellLoaded
          ? html`<ida-shell
              exportparts="panel"
              ?hidden=${minimized}
              .workspace=${this.workspace}
              .ui=${this.#ui}
              .memory=${this.#memory}
              .status=${this.status}
              .configured=${this.url !== null || this.client !== null}
              .placement=${this.placement}
            ></ida-shell>`
          : nothing
      }
    </div>`;
  }

  #renderLauncher() {
    const view = statusView(this.status, this.#ui.state.settled, Date.now());
    const label = [words.open, view.word, this.waiting > 0 ? words.waiting(this.waiting) : '']
      .filter((part) => part !== '')
      .join(', ');
    return html`<button
      part="launcher"
      class="launcher"
      type="button"
      aria-label=${this.loadFailed ? words.failed : label}
      title=${this.loadFailed ? words.failed : view.word}
      aria-haspopup="dialog"
      @click=${() => this.#ui.update({ mode: 'expanded' })}
      @pointerenter=${() => this.#loadShell()}
      @focus=${() => this.#loadShell()}
    >
      ${glyph}
      <span class="dot ${view.tone} ${view.pulse ? 'pulse' : ''}"></span>
      ${
        this.waiting > 0
          ? html`<span class="badge" aria-hidden="true"
              >${this.waiting > 99 ? '99+' : this.waiting}</span
            >`
          : nothing
      }
    </button>`;
  }

  #modeChanged(previous: Mode | undefined): void {
    this.#ui.update({ mode: this.mode });
    if (this.mode !== 'minimized') this.#loadShell();
    if (this.workspace) this.#observe(this.workspace.ide.state);
    if (previous === undefined) return;
    this.dispatchEvent(new ModeChangeEvent(this.mode, previous));
    this.#focusPending = this.mode !== 'canvas' || previous === 'minimized';
  }

  // The panel may still be on its way when the person opens it, so the focus waits for it.
  #settleFocus(): void {
    if (!this.#focusPending) return;
    if (this.mode !== 'minimized' && !(this.shellLoaded && this.workspace)) return;
    this.#focusPending = false;
    void this.updateComplete.then(() => this.shell?.updateComplete).then(() => this.focus());
  }

  #loadShell(): void {
    if (this.shellLoaded) return;
    import('./panels/shell/shell.ts').then(
      ({ panelTokens }) => {
        // On this element and not on the panel, so that a page's rule wins over these as well.
        if (this.renderRoot instanceof ShadowRoot) {
          adoptStyles(this.renderRoot, [...IdeAssistant.elementStyles, panelTokens]);
        }
        this.shellLoaded = true;
      },
      () => {
        this.loadFailed = true;
      },
    );
  }

  #rebind(): void {
    this.#unbind();
    this.#bind();
  }

  #unbind(): void {
    this.#release?.();
    this.#release = undefined;
    this.workspace = null;
    this.status = { state: 'idle' };
    this.#ui.update({ settled: false, reviewId: null, savedHashes: {} });
  }

  #bind(): void {
    const { client, url } = this;
    if (this.#release !== undefined || (client === null && url === null)) return;
    let released = false;
    this.#release = () => {
      released = true;
    };
    import('./connect.ts').then(
      ({ bind }) => {
        if (released) return;
        const target = client ?? this.#target(url!);
        const observe = (ide: IdeState) => this.#observe(ide);
        const binding = bind(target, this.#ui, this.#memory, observe, () => this.#rebind());
        this.#release = () => binding.release();
        this.workspace = binding.workspace;
      },
      () => {
        this.loadFailed = true;
      },
    );
  }

  #target(url: string): Target {
    return {
      url,
      base: this.ownerDocument.baseURI,
      session: this.session,
      token: (context) =>
        this.tokenProvider ? this.tokenProvider(context) : (this.token ?? undefined),
    };
  }

  #observe(ide: Pick<IdeState, 'status' | 'messages' | 'approvals'>): void {
    this.waiting = this.#attention.observe(ide, this.mode !== 'minimized');
    const { status } = ide;
    if (status === this.status) return;
    this.status = status;
    if (isSettled(status)) this.#ui.update({ settled: true });
    this.dispatchEvent(new StatusChangeEvent(status));
  }

  #announceSaves(saved: Readonly<Record<string, string>>): void {
    if (saved === this.#announced) return;
    const before = this.#announced;
    this.#announced = saved;
    for (const [path, hash] of Object.entries(saved)) {
      if (before[path] !== hash) this.dispatchEvent(new FileSaveEvent(path, hash));
    }
  }
}
