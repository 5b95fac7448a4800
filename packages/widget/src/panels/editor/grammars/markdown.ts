import { markdownKeymap, markdownLanguage } from '@codemirror/lang-markdown';
import { LanguageSupport } from '@codemirror/language';
import { Prec } from '@codemirror/state';
import { keymap } from '@codemirror/view';

/** Markdown. HTML inside it stays plain, since its grammar would bring three others along. */
export const markdown = new LanguageSupport(markdownLanguage, Prec.high(keymap.of(markdownKeymap)));
