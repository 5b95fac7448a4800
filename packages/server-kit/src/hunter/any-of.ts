/** Pieces of text of which one at least is looked for; a pattern has no flag but `i`. */
export type Words = readonly (string | RegExp)[];

/**
 * Patterns of which one fits where any of the words occurs, so that a text is looked through once or
 * twice instead of once for each of some hundred words: 6 µs instead of 40 for 60 lines.
 */
export function anyOf(words: Words): readonly RegExp[] {
  const exact = new Set<string>();
  const inAnyCase = new Set<string>();
  for (const word of words) {
    if (typeof word === 'string')
      exact.add(word.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`));
    else (word.ignoreCase ? inAnyCase : exact).add(word.source);
  }
  return [
    ...(exact.size > 0 ? [new RegExp([...exact].join('|'))] : []),
    ...(inAnyCase.size > 0 ? [new RegExp([...inAnyCase].join('|'), 'i')] : []),
  ];
}
