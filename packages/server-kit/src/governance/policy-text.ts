/** A text with policies, and what to call it in messages. */
export interface PolicySource {
  /** As in `default policies` or `policies/prod.cedar`. */
  name: string;
  text: string;
}

/** One statement of a source, as it stands there, from its first annotation to its semicolon. */
export interface PolicyStatement {
  source: PolicySource;
  text: string;
  /** Where it begins in its source, UTF-16 units. */
  start: number;
}

/** A line of a source, and a column where one is known; both from 1. */
export interface PolicyPlace {
  /** Name of the source. */
  source: string;
  line: number;
  /** In UTF-16 units. */
  column?: number;
}

/** For Cedar a carriage return by itself ends a comment too, and no other line separator does. */
const stringsCommentsEnds = /"(?:\\[^]|[^"\\])*"|\/\/[^\n\r]*|;/g;

/**
 * Cuts a source after each semicolon that stands neither in a string nor in a comment. Cedar can
 * split a text too, but numbers the policies, forgets where they stood and stops at the first
 * mistake. A cut in a wrong place would leave two texts that do not parse, and so be found; what
 * would be taken for a comment is found by comparing the number of policies with Cedar's.
 */
export function statementsOf(source: PolicySource): PolicyStatement[] {
  const bare = withoutComments(source.text);
  const ends = [...source.text.matchAll(stringsCommentsEnds)]
    .filter(([token]) => token === ';')
    .map(({ index }) => index + 1);
  return [...ends, source.text.length]
    .map((end, index) => {
      const begin = ends[index - 1] ?? 0;
      const start = begin + bare.slice(begin, end).search(/\S|$/);
      return { source, text: source.text.slice(start, end), start };
    })
    .filter(({ text }) => text !== '');
}

/** The text with each comment overwritten by spaces, so that positions stay. */
function withoutComments(text: string): string {
  return text.replaceAll(stringsCommentsEnds, (token) =>
    token.startsWith('//') ? ' '.repeat(token.length) : token,
  );
}

/** Where a statement begins or, given a byte of its text, where that is: Cedar counts in UTF-8. */
export function placeOf({ source, text, start }: PolicyStatement, byte?: number): PolicyPlace {
  const position = start + (byte === undefined ? 0 : positionOfByte(text, byte));
  const before = source.text.slice(0, position).split('\n');
  const place = { source: source.name, line: before.length };
  return byte === undefined ? place : { ...place, column: (before.at(-1) ?? '').length + 1 };
}

function positionOfByte(text: string, byte: number): number {
  return Buffer.from(text).subarray(0, byte).toString().length;
}

/** The `@id` of a statement, as far as a text that may not parse can tell. */
export function idOf({ text }: PolicyStatement): string | undefined {
  return /@id\s*\(\s*"([^"]*)"/.exec(withoutComments(text))?.[1];
}
