import type { Extension } from '@codemirror/state';

/**
 * Loads the grammar of a language on first use; a language without one is plain text. The packages'
 * own factories bring the completion with them, which loads only with the first key.
 */
export async function grammarOf(language: string): Promise<Extension> {
  switch (language) {
    case 'python':
      return (await import('./grammars/python.ts')).python;
    case 'javascript':
      return (await import('./grammars/javascript.ts')).javascript;
    case 'typescript':
      return (await import('./grammars/javascript.ts')).typescript;
    case 'json':
      return (await import('@codemirror/lang-json')).json();
    case 'markdown':
      return (await import('./grammars/markdown.ts')).markdown;
    case 'html':
      return (await import('./grammars/html.ts')).html;
    case 'css':
      return (await import('@codemirror/lang-css')).css();
    default:
      return [];
  }
}
