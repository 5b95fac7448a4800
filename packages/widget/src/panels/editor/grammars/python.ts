import { localCompletionSource, pythonLanguage } from '@codemirror/lang-python';
import { LanguageSupport } from '@codemirror/language';

/** Python, with completion of its local names; the words of the language are in the vocabulary. */
export const python = new LanguageSupport(
  pythonLanguage,
  pythonLanguage.data.of({ autocomplete: localCompletionSource }),
);
