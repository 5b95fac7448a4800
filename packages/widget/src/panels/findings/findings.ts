import type { Alert } from '@ide-assistant/sdk/protocol';
import { html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { Selected } from '../../controllers/selected.ts';
import { defineOnce, version } from '../../define.ts';
import { findingsOf } from '../../state/findings-view.ts';
import type { Workspace } from '../../state/workspace.ts';
import { findingStrings as words } from '../../strings/canvas.ts';
import { severityMark } from '../../templates/severity.ts';
import { findingsStyles } from './findings.styles.ts';

/** Findings of the active file's last scan, each with its place and, where there is one, its fix. */
export class Findings extends LitElement {
  static override styles = findingsStyles;
  static readonly version: string = version;

  @property({ attribute: false }) workspace!: Workspace;

  /** The finding whose fix is being prepared, by place and rule. */
  @state() private fixing: string | null = null;

  readonly #slice = new Selected(
    this,
    () => this.workspace?.ide,
    (ide) =>
      [
        ide.activePath,
        ide.scans,
        ide.files.some(({ path, modified }) => path === ide.activePath && modified),
      ] as const,
  );

  protected override render() {
    const [path = null, scans = {}, modified = false] = this.#slice.value ?? [];
    const scan = path === null ? undefined : scans[path];
    if (path === null || !scan) {
      return html`<p class="empty">${path === null ? words.scanFirst : words.none}</p>`;
    }
    const findings = findingsOf(scan);
    return html`<div class="head" role="status">
        <span class="risk ${riskTone(scan.risk_score)}">${words.risk(scan.risk_score)}</span>
        <span class="secondary cut">${scan.recommendation}</span>
      </div>
      ${modified ? html`<p class="empty">${words.savedOnly}</p>` : nothing}
      ${
        findings.length === 0
          ? html`<p class="empty">${words.clean}</p>`
          : html`<ul>
              ${findings.map((finding) => this.#renderRow(path, finding))}
            </ul>`
      }`;
  }

  #renderRow(path: string, finding: Alert) {
    const key = `${finding.line}:${finding.column}:${finding.rule}`;
    return html`<li>
      ${severityMark(finding.severity)}
      <button
        type="button"
        class="place"
        title=${finding.message}
        @click=${() => this.workspace.actions.goTo(path, finding.line, finding.column)}
      >
        <span class="message cut">${finding.message}</span>
        <span class="secondary numbers">${words.line(finding.line)}</span>
        <span class="rule secondary cut">${finding.rule}</span>
      </button>
      ${
        finding.fixable
          ? html`<button
              type="button"
              class="button"
              aria-label="${words.fix} ${finding.rule}, ${words.line(finding.line)}"
              ?disabled=${this.fixing !== null}
              @click=${() => this.#fix(key, path, finding.rule)}
            >
              ${words.fix}
            </button>`
          : nothing
      }
    </li>`;
  }

  async #fix(key: string, path: string, rule: string): Promise<void> {
    this.fixing = key;
    await this.workspace.actions.fix(path, rule);
    this.fixing = null;
  }
}

function riskTone(score: number): string {
  if (score >= 7) return 'bad';
  return score >= 4 ? 'warn' : 'good';
}

defineOnce('ida-findings', Findings);
