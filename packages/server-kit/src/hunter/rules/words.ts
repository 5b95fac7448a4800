import type { Words } from '../any-of.ts';
import type { Family } from '../languages.ts';

// A decorator may make a function answer requests; those of the standard library do not.
const decorator =
  /@(?!(?:property|staticmethod|classmethod|abstractmethod|override|overload|dataclass|cached_property|contextmanager)[^\S\n]*\r?\n)/;

/** Where what clients send comes into a program: a rule that reports nothing else needs one. */
export const inputWords: Readonly<Record<Family, Words>> = {
  python: [/req/i, 'get_argument', 'get_query', 'get_body', 'headers', 'recv', 'event', decorator],
  javascript: [
    /req|ctx|context|location/i,
    'body',
    'headers',
    'rawPath',
    'Parameters',
    'document',
    'history',
    'useParams',
    'earchParams',
    'addEventListener',
    /\bon(?:ce)?\b/,
  ],
};

/** Where Python gets what clients send, or what the user of the program gives. */
export const pythonOutsideWords: Words = [
  ...inputWords.python,
  'input',
  'argv',
  'stdin',
  'parse_args',
  'parse_known_args',
  'environ',
  'getenv',
  'urlopen',
  'httpx',
];

/** A function that may answer requests with a page. */
export const pageWords: Words = [decorator];

/** A module that is not loaded by a plain name. */
export const unusualImport =
  /\brequire\b(?!\s*\(\s*(?:'[^'\\\n]*'|"[^"\\\n]*")\s*\))|\bimport\s*(?:\/|\((?!\s*(?:'[^'\\\n]*'|"[^"\\\n]*")\s*\)))/;

// A backslash before anything else may stand for, or within, a letter of a name.
const escapedName = /\\(?![nrtbfv\\'"`$/()[\]{}*?^|,:; ])/;

// Python looks names up by keys only where something is stored under one, JavaScript everywhere.
const pythonKey =
  /\][\s)]*(?:#|(?:[-+*/%&|^@]|\*\*|\/\/|<<|>>)?=(?!=)|:(?:[^=\n]{0,80}=(?!=)|[^=\n]{81}))/;
const javascriptKey = /\[(?!-?\d*\])/;
const keys: Readonly<Record<Family, RegExp>> = { python: pythonKey, javascript: javascriptKey };
const buildsText: Readonly<Record<Family, RegExp>> = {
  python:
    /[+%]|\b(?:join|format|replace|lower|upper)\b|[fF][rR]?["']|["']\s*(?:[rRbBfFuU]{0,2}["']|[#\\])/,
  // An even run of plus signs counts, and joins nothing.
  javascript: /(?<!\+)(?:\+\+)*\+(?!\+)|\$\{|\b(?:concat|join|toLowerCase|toUpperCase)\b/,
};

/**
 * Whether a text may name things by words that do not stand in it: by escapes, or by texts that are
 * put together and used as keys or as names of modules. Rather too often than too rarely.
 */
export function hidesNames(content: string, family: Family): boolean {
  if (escapedName.test(content)) return true;
  if (keys[family].test(content) && buildsText[family].test(content)) return true;
  return family === 'javascript' && unusualImport.test(content);
}
