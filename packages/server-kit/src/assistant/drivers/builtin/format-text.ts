/** What a formatter made of a text. */
export type Formatted =
  | { kind: 'formatted'; text: string }
  | { kind: 'invalid'; message: string }
  | { kind: 'unsupported' };

const prettierParsers: Readonly<Record<string, string>> = {
  javascript: 'babel',
  javascriptreact: 'babel',
  typescript: 'typescript',
  typescriptreact: 'typescript',
  json: 'json',
  css: 'css',
  html: 'html',
  markdown: 'markdown',
  yaml: 'yaml',
};

/** Formats by Ruff for Python and by Prettier for the web's languages; both are loaded when needed. */
export async function formatText(
  content: string,
  language: string,
  path: string,
): Promise<Formatted> {
  const parser = prettierParsers[language];
  if (language !== 'python' && parser === undefined) return { kind: 'unsupported' };
  try {
    if (parser === undefined) {
      const ruff = await import('@wasm-fmt/ruff_fmt');
      return { kind: 'formatted', text: ruff.format(content, path) };
    }
    const prettier = await import('prettier');
    return { kind: 'formatted', text: await prettier.format(content, { parser }) };
  } catch (error) {
    const [message = 'it is not valid.'] = String(
      error instanceof Error ? error.message : error,
    ).split('\n');
    return { kind: 'invalid', message };
  }
}
