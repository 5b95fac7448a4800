import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const colors = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: 'var(--ida-syntax-keyword)' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: 'var(--ida-syntax-string)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--ida-syntax-number)' },
  { tag: [tags.comment, tags.meta], color: 'var(--ida-syntax-comment)' },
  {
    tag: [
      tags.function(tags.variableName),
      tags.definition(tags.variableName),
      tags.className,
      tags.typeName,
      tags.propertyName,
      tags.tagName,
      tags.heading,
      tags.link,
    ],
    color: 'var(--ida-syntax-name)',
  },
  { tag: tags.heading, fontWeight: '550' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: tags.invalid, color: 'var(--ida-bad)' },
]);

// Every colour is a token, so that one theme serves light and dark without a reconfiguration. The
// underlines of findings are drawn as text decoration: the stock ones are data: images, which a
// strict content security policy refuses.
const look = EditorView.theme({
  '&': {
    height: '100%',
    fontSize: '12.5px',
    color: 'var(--ida-ink)',
    backgroundColor: 'var(--ida-surface)',
  },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--ida-mono)', lineHeight: '20px' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--ida-ink)' },
  '.cm-line': { padding: '0 12px 0 8px' },
  '.cm-cursor': { borderLeftColor: 'var(--ida-ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground':
    { background: 'color-mix(in srgb, var(--ida-accent) 22%, transparent)' },
  '.cm-gutters': {
    backgroundColor: 'var(--ida-surface)',
    color: 'var(--ida-ink-2)',
    border: 'none',
    fontVariantNumeric: 'tabular-nums',
  },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 4px 0 12px' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--ida-ink) 3%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--ida-ink)' },
  '.cm-selectionMatch': {
    backgroundColor: 'color-mix(in srgb, var(--ida-accent) 12%, transparent)',
  },
  '&.cm-focused .cm-matchingBracket': {
    backgroundColor: 'color-mix(in srgb, var(--ida-accent) 18%, transparent)',
  },
  '.cm-foldPlaceholder': {
    backgroundColor: 'var(--ida-surface-2)',
    border: 'none',
    color: 'var(--ida-ink-2)',
  },
  '.cm-tooltip, .cm-panels': {
    backgroundColor: 'var(--ida-surface)',
    color: 'var(--ida-ink)',
    border: '1px solid var(--ida-line)',
    borderRadius: '6px',
  },
  '.cm-panels': { borderRadius: '0', borderWidth: '1px 0 0' },
  '.cm-panel.cm-search': { padding: '8px 12px', fontSize: '12px' },
  '.cm-textfield': {
    backgroundColor: 'var(--ida-surface)',
    border: '1px solid var(--ida-line)',
    borderRadius: '4px',
  },
  '.cm-button': {
    backgroundImage: 'none',
    backgroundColor: 'var(--ida-surface-2)',
    border: 'none',
    borderRadius: '6px',
  },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'color-mix(in srgb, var(--ida-accent) 14%, var(--ida-surface))',
    color: 'var(--ida-ink)',
  },
  '.cm-diagnostic': { borderLeft: 'none', padding: '4px 8px', fontSize: '12px' },
  '.cm-lintRange': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy 1px',
    textUnderlineOffset: '3px',
    textDecorationSkipInk: 'none',
  },
  '.cm-lintRange-error': { textDecorationColor: 'var(--ida-bad)' },
  '.cm-lintRange-warning': { textDecorationColor: 'var(--ida-warn)' },
  '.cm-lintRange-info': { textDecorationColor: 'var(--ida-ink-2)' },
  '.cm-lintPoint::after': { display: 'none' },
  '.cm-changedLine': {
    backgroundColor: 'color-mix(in srgb, var(--ida-add) 8%, transparent) !important',
  },
  '.cm-changedText': {
    background: 'color-mix(in srgb, var(--ida-add) 14%, transparent) !important',
  },
  '.cm-deletedChunk': {
    backgroundColor: 'color-mix(in srgb, var(--ida-del) 8%, transparent) !important',
    paddingLeft: '8px',
  },
  '.cm-deletedChunk .cm-deletedLine, .cm-deletedChunk .cm-deletedText': {
    textDecoration: 'line-through',
    textDecorationColor: 'color-mix(in srgb, var(--ida-del) 60%, transparent)',
  },
  '.cm-deletedChunk .cm-deletedText': {
    background: 'color-mix(in srgb, var(--ida-del) 14%, transparent) !important',
  },
  '.cm-changeGutter': { width: '14px', paddingLeft: '0' },
  '.cm-changedLineGutter, .cm-deletedLineGutter': {
    background: 'transparent !important',
    textAlign: 'center',
  },
  '.cm-changedLineGutter::before': { content: '"+"', color: 'var(--ida-add)' },
  '.cm-deletedLineGutter::before': { content: '"−"', color: 'var(--ida-del)' },
  '.cm-collapsedLines': {
    background: 'var(--ida-surface-2)',
    color: 'var(--ida-ink-2)',
    fontSize: '12px',
  },
});

/** Looks of the editor, by the element's tokens. */
export const editorTheme: Extension = [look, syntaxHighlighting(colors)];
