import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completeFromList,
  completionKeymap,
  ifNotIn,
  snippetCompletion,
  type Completion,
  type CompletionSource,
} from '@codemirror/autocomplete';
import { language } from '@codemirror/language';
import { EditorState, Prec, type Extension } from '@codemirror/state';
import { keymap } from '@codemirror/view';
import { vocabularies, type Vocabulary } from './vocabulary.ts';

/** What helps while writing: completion, and the second bracket of a pair. */
export function typingAids(): Extension {
  const sources = new Map(
    Object.entries(vocabularies).map(([name, words]) => [name, completionOf(words)]),
  );
  return [
    closeBrackets(),
    autocompletion(),
    EditorState.languageData.of((state) => {
      const source = sources.get(state.facet(language)?.name ?? '');
      return source ? [{ autocomplete: source }] : [];
    }),
    Prec.high(keymap.of([...closeBracketsKeymap, ...completionKeymap])),
  ];
}

function completionOf({ keywords, builtins, constructs }: Vocabulary): CompletionSource {
  const plain = (type: string) => (label: string) => ({ label, type });
  const options: Completion[] = [
    ...keywords.split(' ').map(plain('keyword')),
    ...builtins.split(' ').map(plain('variable')),
    ...Object.entries(constructs).map(([detail, template]) =>
      snippetCompletion(template, {
        label: /^\w+/.exec(template)?.[0] ?? detail,
        detail,
        type: 'keyword',
      }),
    ),
  ];
  // Where text is meant, as in a comment, and behind a dot, no word of the language is.
  const elsewhere = ['String', 'FormatString', 'TemplateString', 'Comment', 'LineComment'];
  return ifNotIn(
    [...elsewhere, 'BlockComment', 'PropertyName', 'PropertyDefinition', '.', '?.'],
    completeFromList(options),
  );
}
