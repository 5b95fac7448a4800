import { html, type TemplateResult } from 'lit';

/** One tab of a list. */
export interface Tab<K extends string> {
  key: K;
  label: string;
  /** Number behind the label; none when 0. */
  count?: number;
}

/**
 * A list of tabs with the arrow keys of the pattern; the panel of `key` is the element with the id
 * `panel-<key>` in the same root.
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/tabs/
 */
export function tabList<K extends string>(
  label: string,
  tabs: readonly Tab<K>[],
  selected: K,
  select: (key: K) => void,
): TemplateResult {
  const onKey = (event: KeyboardEvent): void => {
    const at = tabs.findIndex((tab) => tab.key === selected);
    const to = nextIndex(event.key, at, tabs.length);
    const next = to === null ? undefined : tabs[to];
    if (!next) return;
    event.preventDefault();
    select(next.key);
    const list = event.currentTarget as HTMLElement;
    list.querySelector<HTMLElement>(`#tab-${next.key}`)?.focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${label} @keydown=${onKey}>
    ${tabs.map(
      (tab) =>
        html`<button
          type="button"
          class="tab"
          role="tab"
          id="tab-${tab.key}"
          aria-selected=${tab.key === selected}
          aria-controls="panel-${tab.key}"
          tabindex=${tab.key === selected ? 0 : -1}
          @click=${() => select(tab.key)}
        >
          ${tab.label}${tab.count ? html` <span class="count">${tab.count}</span>` : ''}
        </button>`,
    )}
  </div>`;
}

function nextIndex(key: string, at: number, length: number): number | null {
  switch (key) {
    case 'ArrowRight':
      return (at + 1) % length;
    case 'ArrowLeft':
      return (at - 1 + length) % length;
    case 'Home':
      return 0;
    case 'End':
      return length - 1;
    default:
      return null;
  }
}
