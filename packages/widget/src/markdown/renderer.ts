import * as smd from 'streaming-markdown';
import { safeHref } from '../state/link-policy.ts';
import { decodeUnderscores } from './underscores.ts';
import { createCodeBlock, type CodeBlock, type CodeBlockActions } from './code-block.ts';

interface RendererData {
  /** Open elements, innermost last. */
  stack: HTMLElement[];
  block: CodeBlock | null;
  actions: CodeBlockActions;
}

const tags: Partial<Record<smd.Token, string>> = {
  [smd.BLOCKQUOTE]: 'blockquote',
  [smd.PARAGRAPH]: 'p',
  [smd.LINE_BREAK]: 'br',
  [smd.RULE]: 'hr',
  // Answers stand below the panel's own heading, so theirs begin at the third level.
  [smd.HEADING_1]: 'h3',
  [smd.HEADING_2]: 'h4',
  [smd.HEADING_3]: 'h5',
  [smd.HEADING_4]: 'h6',
  [smd.HEADING_5]: 'h6',
  [smd.HEADING_6]: 'h6',
  [smd.ITALIC_AST]: 'em',
  [smd.ITALIC_UND]: 'em',
  [smd.STRONG_AST]: 'strong',
  [smd.STRONG_UND]: 'strong',
  [smd.STRIKE]: 's',
  [smd.CODE_INLINE]: 'code',
  [smd.EQUATION_BLOCK]: 'code',
  [smd.EQUATION_INLINE]: 'code',
  [smd.LINK]: 'a',
  [smd.RAW_URL]: 'a',
  [smd.LIST_UNORDERED]: 'ul',
  [smd.LIST_ORDERED]: 'ol',
  [smd.LIST_ITEM]: 'li',
  [smd.TABLE]: 'table',
  [smd.TABLE_ROW]: 'tr',
};

/**
 * A renderer for streaming-markdown that builds elements and text nodes only. Links pass
 * {@link safeHref} or stay plain text. Images are never loaded, since the address of one in an answer
 * can carry the conversation to a stranger; their alternative text stands in their place.
 */
export function createRenderer(
  root: HTMLElement,
  actions: CodeBlockActions,
): smd.Renderer<RendererData> {
  return {
    data: { stack: [root], block: null, actions },
    add_token: open,
    end_token: (data) => {
      if (data.stack.length > 1) data.stack.pop();
    },
    add_text: (data, text) => top(data).append(decodeUnderscores(text)),
    set_attr: (data, attribute, value) => setAttribute(data, attribute, decodeUnderscores(value)),
  };
}

function top(data: RendererData): HTMLElement {
  return data.stack.at(-1)!;
}

function open(data: RendererData, token: smd.Token): void {
  // The document is the root, which is open from the start; its end is never told.
  if (token === smd.DOCUMENT) return;
  if (token === smd.CODE_BLOCK || token === smd.CODE_FENCE) {
    data.block = createCodeBlock(data.actions);
    top(data).append(data.block.element);
    data.stack.push(data.block.code);
    return;
  }
  const element = create(token, top(data));
  const parent = token === smd.TABLE_ROW ? rowGroup(top(data)) : top(data);
  parent.append(element);
  data.stack.push(element);
}

function create(token: smd.Token, parent: HTMLElement): HTMLElement {
  if (token === smd.CHECKBOX) {
    const box = document.createElement('input');
    box.type = 'checkbox';
    box.disabled = true;
    return box;
  }
  if (token === smd.TABLE_CELL) {
    return document.createElement(parent.parentElement?.tagName === 'THEAD' ? 'th' : 'td');
  }
  if (token === smd.IMAGE) {
    const text = document.createElement('span');
    text.className = 'image';
    return text;
  }
  return document.createElement(tags[token] ?? 'span');
}

function rowGroup(table: HTMLElement): HTMLElement {
  const name = table.children.length === 0 ? 'thead' : 'tbody';
  const last = table.lastElementChild;
  if (last instanceof HTMLElement && last.tagName === 'TBODY') return last;
  return table.appendChild(document.createElement(name));
}

function setAttribute(data: RendererData, attribute: smd.Attr, value: string): void {
  const element = top(data);
  if (attribute === smd.HREF && element instanceof HTMLAnchorElement) {
    const href = safeHref(value);
    if (href === null) return;
    element.href = href;
    element.rel = 'noopener noreferrer nofollow';
    if (!href.startsWith('#')) element.target = '_blank';
  } else if (attribute === smd.LANG) {
    data.block?.setLanguage(value.trim().split(/\s/)[0] ?? '');
  } else if (attribute === smd.CHECKED && element instanceof HTMLInputElement) {
    element.checked = true;
  } else if (attribute === smd.START && element instanceof HTMLOListElement) {
    element.start = Number.parseInt(value, 10) || 1;
  }
}
