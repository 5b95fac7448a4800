import * as smd from 'streaming-markdown';

// A noncharacter, which Unicode keeps for use inside a program; no text carries it.
const standIn = '\uFDD0';

/**
 * Writes the part of a Markdown text from `from` to `to` into a parser, with another character for
 * each underscore that can be no emphasis; {@link decodeUnderscores} brings it back behind the
 * parser. Inside a word an underscore is never emphasis, and behind one it can only end some. The
 * stand-in, unlike a backslash, needs no knowledge of whether the place is code or an address.
 *
 * @see https://spec.commonmark.org/0.31.2/#emphasis-and-strong-emphasis
 */
export function writeWithUnderscores(
  parser: smd.Parser,
  text: string,
  from: number,
  to: number,
): void {
  const afterWord = /(?<=[^\s\p{P}\p{S}])_+/gu;
  afterWord.lastIndex = from;
  let written = from;
  for (let run = afterWord.exec(text); run && run.index < to; run = afterWord.exec(text)) {
    const end = run.index + run[0].length;
    smd.parser_write(parser, text.slice(written, run.index));
    const literal = startsWithWord(text, end) || !isInUnderscores(parser);
    smd.parser_write(parser, literal ? standIn.repeat(run[0].length) : run[0]);
    written = end;
  }
  smd.parser_write(parser, text.slice(written, to));
}

/** How far a text that may still grow can be judged: the meaning of underscores hangs on what follows. */
export function judgeableLength(text: string): number {
  return /_*$/.exec(text)!.index;
}

/** Brings back the underscores of a piece that comes out of the parser. */
export function decodeUnderscores(piece: string): string {
  return piece.replaceAll(standIn, '_');
}

function startsWithWord(text: string, at: number): boolean {
  const next = text.codePointAt(at);
  return next !== undefined && /^[^\s\p{P}\p{S}]$/u.test(String.fromCodePoint(next));
}

function isInUnderscores({ tokens, len }: smd.Parser): boolean {
  const open = tokens.subarray(0, len + 1);
  return open.includes(smd.ITALIC_UND) || open.includes(smd.STRONG_UND);
}
