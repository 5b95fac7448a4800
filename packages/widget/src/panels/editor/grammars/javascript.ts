import {
  autoCloseTags,
  javascriptLanguage,
  jsxLanguage,
  localCompletionSource,
  tsxLanguage,
} from '@codemirror/lang-javascript';
import { LanguageSupport } from '@codemirror/language';

const aids = [javascriptLanguage.data.of({ autocomplete: localCompletionSource }), autoCloseTags];

/** JavaScript with JSX, and completion of its local names. */
export const javascript = new LanguageSupport(jsxLanguage, aids);

/** TypeScript with JSX, and completion of its local names. */
export const typescript = new LanguageSupport(tsxLanguage, aids);
