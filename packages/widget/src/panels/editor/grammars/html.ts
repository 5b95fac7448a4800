import { cssCompletionSource, cssLanguage } from '@codemirror/lang-css';
import { autoCloseTags, htmlCompletionSource, htmlLanguage } from '@codemirror/lang-html';
import { javascriptLanguage, localCompletionSource } from '@codemirror/lang-javascript';
import { LanguageSupport } from '@codemirror/language';

/** HTML with the styles and scripts inside it. */
export const html = new LanguageSupport(htmlLanguage, [
  htmlLanguage.data.of({ autocomplete: htmlCompletionSource }),
  cssLanguage.data.of({ autocomplete: cssCompletionSource }),
  javascriptLanguage.data.of({ autocomplete: localCompletionSource }),
  autoCloseTags,
]);
