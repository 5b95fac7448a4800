/**
 * A word for a POSIX shell.
 * @param word anything without a NUL.
 */
export function quote(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** The same for a shell that reads one line and knows a line break as `$nl`. */
export function quoteInLine(word: string): string {
  return quote(word).replaceAll('\n', `'"$nl"'`);
}
