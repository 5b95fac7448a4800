import type { Run } from '@ide-assistant/sdk';
import { html, LitElement, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { Selected } from '../../controllers/selected.ts';
import { Ticker } from '../../controllers/ticker.ts';
import { defineOnce, version } from '../../define.ts';
import { parseAnsi } from '../../state/ansi.ts';
import { runView } from '../../state/run-view.ts';
import type { Workspace } from '../../state/workspace.ts';
import { runStrings as words } from '../../strings/run.ts';
import { outputStyles } from './output.styles.ts';

/** The newest run: what it is, how it stands, what it printed. */
export class Output extends LitElement {
  static override styles = outputStyles;
  static readonly version: string = version;

  @property({ attribute: false }) workspace!: Workspace;

  readonly #slice = new Selected(
    this,
    () => this.workspace?.ide,
    (ide) => [ide.runs.at(-1)] as const,
  );

  constructor() {
    super();
    new Ticker(this, () => this.#slice.value?.[0]?.state === 'running');
  }

  protected override render() {
    const run = this.#slice.value?.[0];
    if (!run) return html`<p class="empty">${words.empty}</p>`;
    const view = runView(run, Date.now());
    return html`<div class="head">
        <span class="cut">${run.path ?? run.language}</span>
        <span class="state ${view.tone}" role="status">${view.word}</span>
      </div>
      ${view.detail ? html`<p class="detail">${view.detail}</p>` : nothing}
      <pre tabindex="0" aria-label=${words.label}>${this.#renderText(run, view.active)}</pre>`;
  }

  #renderText(run: Run, active: boolean) {
    if (run.chunks.length === 0 && run.result) {
      const { stdout, stderr } = run.result;
      if (stdout === '' && stderr === '') return html`<span class="black">${words.silent}</span>`;
      return [chunk('stdout', stdout), chunk('stderr', stderr)];
    }
    if (run.chunks.length === 0 && !active) {
      return html`<span class="black">${words.silent}</span>`;
    }
    return run.chunks.map(({ stream, text }) => chunk(stream, text));
  }
}

function chunk(stream: 'stdout' | 'stderr', text: string) {
  return html`<span class=${stream}
    >${parseAnsi(text).map((part) =>
      part.color === null && !part.bold
        ? part.text
        : html`<span class="${part.color ?? ''} ${part.bold ? 'bold' : ''}">${part.text}</span>`,
    )}</span
  >`;
}

defineOnce('ida-output', Output);
