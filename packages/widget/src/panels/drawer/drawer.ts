import { html, LitElement, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { Selected } from '../../controllers/selected.ts';
import { defineOnce, version } from '../../define.ts';
import { canvasIcon } from '../../canvas-icons.ts';
import { icon } from '../../icons.ts';
import { pendingApprovals } from '../../state/approvals-view.ts';
import { findingsOf } from '../../state/findings-view.ts';
import type { DrawerTab } from '../../state/ui.ts';
import type { Workspace } from '../../state/workspace.ts';
import { drawerStrings as words } from '../../strings/canvas.ts';
import { tabList } from '../../templates/tab-list.ts';
import '../approvals/approvals.ts';
import '../findings/findings.ts';
import '../output/output.ts';
import { drawerStyles } from './drawer.styles.ts';

/** What lies below the editor: output, findings, approvals. */
export class Drawer extends LitElement {
  static override styles = drawerStyles;
  static readonly version: string = version;

  @property({ attribute: false }) workspace!: Workspace;
  /** Whether it is the only thing in its column and therefore always open. */
  @property({ attribute: false }) whole = false;

  readonly #slice = new Selected(
    this,
    () => this.workspace?.ide,
    (ide) => [ide.approvals, ide.scans, ide.activePath] as const,
  );

  readonly #ui = new Selected(
    this,
    () => this.workspace?.ui,
    (ui) => [ui.drawerOpen, ui.drawerTab] as const,
  );

  protected override render() {
    const [approvals = [], scans = {}, path = null] = this.#slice.value ?? [];
    const [drawerOpen = false, tab = 'output'] = this.#ui.value ?? [];
    const open = this.whole || drawerOpen;
    const scan = path === null ? undefined : scans[path];
    const { actions } = this.workspace;
    const tabs = [
      { key: 'output', label: words.output },
      { key: 'findings', label: words.findings, count: scan ? findingsOf(scan).length : 0 },
      { key: 'approvals', label: words.approvals, count: pendingApprovals(approvals).length },
    ] as const;
    return html`<div class="head ${open ? '' : 'closed'}">
        ${tabList<DrawerTab>(words.label, tabs, tab, (key) => actions.showDrawer(key))}
        ${
          this.whole
            ? nothing
            : html`<button
                type="button"
                class="icon-button"
                aria-label=${open ? words.close : words.open}
                title="${open ? words.close : words.open} (Ctrl+J)"
                aria-expanded=${open}
                @click=${() => actions.toggleDrawer()}
              >
                ${open ? icon('close') : canvasIcon('drawer')}
              </button>`
        }
      </div>
      ${tabs.map(
        ({ key }) =>
          html`<div
            class="panel ${key === 'approvals' ? 'padded' : ''}"
            id="panel-${key}"
            role="tabpanel"
            aria-labelledby="tab-${key}"
            tabindex="0"
            ?hidden=${!open || key !== tab}
          >
            ${open && key === tab ? this.#renderPanel(key) : nothing}
          </div>`,
      )}`;
  }

  #renderPanel(tab: DrawerTab) {
    const { workspace } = this;
    switch (tab) {
      case 'output':
        return html`<ida-output .workspace=${workspace}></ida-output>`;
      case 'findings':
        return html`<ida-findings .workspace=${workspace}></ida-findings>`;
      case 'approvals':
        void import('../grants/grants.ts');
        return html`<ida-approvals .workspace=${workspace} .sayEmpty=${true}></ida-approvals>
          <ida-grants .workspace=${workspace}></ida-grants>`;
    }
  }
}

defineOnce('ida-drawer', Drawer);
