/** Longest text that is kept, characters; the rest is left out. */
const maxLength = 16_384;

/** What a secret is replaced by. */
const mark = '[redacted]';

const names =
  '(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|ticket|jwt)';
const headers = '(?:authorization|cookie|sec-websocket-protocol)';
/** The end or the beginning of a quoted name, as it is or in JSON within a text of JSON. */
const mayQuote = String.raw`(?:\\{0,32}["'])?`;
/** Between a name and its value. */
const is = String.raw`${mayQuote}\s{0,3}(?:[:=]|%3d)\s{0,3}`;
/** Quoted up to its end, if it has one; in JSON within JSON that is a quote behind as many backslashes. */
const quoted = String.raw`"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|(?<slashes>\\{1,32})(?<quote>["'])[^]*?(?:(?<!\\)\k<slashes>\k<quote>|$)`;
/** A value that ends where a field of a query, a form or JSON does. */
const bare = String.raw`[^\s&#"'<>,;)\]}]+`;

/**
 * What is taken out of a text. Every pattern is linear: each of its loops takes characters that
 * cannot begin what follows it, is bounded, or begins only where no such run goes on before it.
 */
const secrets: readonly [pattern: RegExp, replacement: string][] = [
  [
    /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[^]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g,
    mark,
  ],
  // A cut one is one still: its claims can be read without the signature.
  [/eyJ[\w-]{16,}(?:\.[\w-]*){0,4}|eyJ[\w-]{0,15}\.eyJ[\w-]*(?:\.[\w-]*)?/g, mark],
  [/(?<![\w-])[\w-]{16,}\.[\w-]{16,}\.[\w-]{43,}(?![\w-])/g, mark],
  [/\b(?:gh[oprsu]_|github_pat_|glpat-|npm_|sk-|xox[abeoprs]-|AKIA)[\w-]{16,}/g, mark],
  // Headers as text: the whole of the line, since cookies and protocols are lists.
  [new RegExp(`(${headers}${is})(?:${quoted}|[^\\r\\n]*)`, 'gi'), `$1${mark}`],
  [/\b(bearer\.)[\w.~+/=-]+/gi, `$1${mark}`],
  [/\b((?:bearer|basic)\s{1,3})[\w.~+/=-]{16,}/gi, `$1${mark}`],
  // Fields of a query, a form, a line of settings or JSON within a text.
  [new RegExp(`(${names}${is})(?:${quoted}|${bare})`, 'gi'), `$1${mark}`],
  // The two of a pair, as in the headers of an HTTP archive.
  [
    new RegExp(
      `((?:name|key)${is}${mayQuote}[\\w-]{0,40}(?:${names}|${headers})s?${mayQuote}\\s{0,3},\\s{0,3}` +
        `${mayQuote}value${is})(?:${quoted}|${bare})`,
      'gi',
    ),
    `$1${mark}`,
  ],
  [/(:\/\/[^\s/:@?#]{0,256}:)[^\s/@?#]{1,256}@/g, `$1${mark}@`],
];

/**
 * A text without the secrets that are known by their form or by the name before them.
 *
 * @param keep Characters that are kept of it at most.
 */
export function redactText(text: string, keep = maxLength): string {
  const length = Math.max(0, Math.min(keep, maxLength));
  const cut = text.length > length ? `… (${text.length - length} more characters)` : '';
  let redacted = text.slice(0, length);
  for (const [pattern, replacement] of secrets) {
    redacted = redacted.replace(pattern, replacement);
  }
  return redacted + cut;
}
