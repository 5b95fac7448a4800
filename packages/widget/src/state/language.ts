const byExtension: Readonly<Record<string, string>> = {
  py: 'python',
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'javascript',
  ts: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  tsx: 'typescript',
  sh: 'bash',
  bash: 'bash',
  json: 'json',
  md: 'markdown',
  markdown: 'markdown',
  html: 'html',
  htm: 'html',
  css: 'css',
};

const aliases: Readonly<Record<string, string>> = {
  ...byExtension,
  python3: 'python',
  node: 'javascript',
  shell: 'bash',
  zsh: 'bash',
};

/** Language of a file by its extension, or `text`. */
export function languageOfPath(path: string): string {
  const extension = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  return byExtension[extension] ?? 'text';
}

/** The one name of a language that is also written otherwise, as `py` in a code fence. */
export function canonicalLanguage(name: string): string {
  const lower = name.trim().toLowerCase();
  return Object.hasOwn(aliases, lower) ? aliases[lower]! : lower;
}
