/** Names that editors use for languages, by file extension without the dot, lower case. */
const languagesByExtension: Readonly<Record<string, string>> = {
  py: 'python',
  pyw: 'python',
  pyi: 'python',
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'javascript',
  ts: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  tsx: 'tsx',
  json: 'json',
  jsonc: 'json',
  md: 'markdown',
  markdown: 'markdown',
  css: 'css',
  scss: 'scss',
  less: 'less',
  html: 'html',
  htm: 'html',
  vue: 'vue',
  svelte: 'svelte',
  xml: 'xml',
  svg: 'xml',
  sh: 'bash',
  bash: 'bash',
  zsh: 'bash',
  ps1: 'powershell',
  yaml: 'yaml',
  yml: 'yaml',
  toml: 'toml',
  ini: 'ini',
  cfg: 'ini',
  env: 'dotenv',
  sql: 'sql',
  graphql: 'graphql',
  go: 'go',
  rs: 'rust',
  java: 'java',
  kt: 'kotlin',
  c: 'c',
  h: 'c',
  cc: 'cpp',
  cpp: 'cpp',
  hpp: 'cpp',
  cs: 'csharp',
  rb: 'ruby',
  php: 'php',
  swift: 'swift',
  lua: 'lua',
  r: 'r',
};

/** Languages of files that are known by their whole name, lower case. */
const languagesByName: Readonly<Record<string, string>> = {
  dockerfile: 'dockerfile',
  makefile: 'makefile',
  '.env': 'dotenv',
  '.bashrc': 'bash',
  '.profile': 'bash',
};

/** Spellings that clients use for a language whose usual name differs. */
const aliases: Readonly<Record<string, string>> = {
  py: 'python',
  python3: 'python',
  js: 'javascript',
  mjs: 'javascript',
  node: 'javascript',
  jsx: 'javascript',
  javascriptreact: 'javascript',
  ts: 'typescript',
  typescriptreact: 'tsx',
  sh: 'bash',
  shell: 'bash',
  shellscript: 'bash',
};

/** Names the language of a file by its path, as editors do: `python`, `tsx`, …, else `plaintext`. */
export function languageOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const known = Object.hasOwn(languagesByName, name) ? languagesByName[name] : undefined;
  if (known !== undefined) return known;
  const dot = name.lastIndexOf('.');
  const extension = dot < 0 ? '' : name.slice(dot + 1);
  return Object.hasOwn(languagesByExtension, extension)
    ? (languagesByExtension[extension] ?? 'plaintext')
    : 'plaintext';
}

/** The grammar that reads a language, by the name of its wasm file. */
export type GrammarName = 'python' | 'javascript' | 'typescript' | 'tsx';

/** The family whose rules apply. */
export type Family = 'python' | 'javascript';

/** What is needed to analyse the syntax of a language. */
export interface Dialect {
  readonly grammar: GrammarName;
  readonly family: Family;
}

const dialects: Readonly<Record<string, Dialect>> = {
  python: { grammar: 'python', family: 'python' },
  javascript: { grammar: 'javascript', family: 'javascript' },
  typescript: { grammar: 'typescript', family: 'javascript' },
  tsx: { grammar: 'tsx', family: 'javascript' },
};

/** Every grammar that {@link dialectOf} can name. */
export const grammarNames: readonly GrammarName[] = ['python', 'javascript', 'typescript', 'tsx'];

/** Tells how to analyse a language, or undefined where only its secrets are looked for. */
export function dialectOf(language: string): Dialect | undefined {
  const lower = language.toLowerCase();
  const name = Object.hasOwn(aliases, lower) ? (aliases[lower] ?? lower) : lower;
  return Object.hasOwn(dialects, name) ? dialects[name] : undefined;
}
