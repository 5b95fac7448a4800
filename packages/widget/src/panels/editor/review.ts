import { unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import type { Diff } from '@ide-assistant/sdk/protocol';
import { canonicalLanguage } from '../../state/language.ts';
import { codeStrings } from '../../strings/canvas.ts';
import { readingExtensions } from './extensions.ts';
import { grammarOf } from './languages.ts';
import { SearchOnDemand } from './search-on-demand.ts';

/** Shows a proposal in one column: what goes struck through, what comes below it. */
export async function createReview(
  diff: Diff,
  parent: HTMLElement,
  root: ShadowRoot,
): Promise<EditorView> {
  const grammar = await grammarOf(canonicalLanguage(diff.language));
  return new EditorView({
    parent,
    root,
    state: EditorState.create({
      doc: diff.new_content,
      extensions: [
        readingExtensions(codeStrings.reviewing(diff.path)),
        new SearchOnDemand().extension,
        EditorState.readOnly.of(true),
        grammar,
        unifiedMergeView({
          original: diff.old_content,
          mergeControls: false,
          gutter: true,
          collapseUnchanged: { margin: 3, minSize: 4 },
          // Colouring deleted lines costs a second parse, which large proposals do not afford.
          syntaxHighlightDeletionsMaxLength: 3_000,
          diffConfig: { scanLimit: 500, timeout: 100 },
        }),
      ],
    }),
  });
}
