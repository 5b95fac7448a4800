/** Turns offsets of a text into lines and columns, both from 1; columns count UTF-16 code units. */
export interface LineIndex {
  positionOf(offset: number): { readonly line: number; readonly column: number };
  /** Offset of the first character of a line. */
  startOf(line: number): number;
  /** Text of a line, without its end. */
  lineText(line: number): string;
  readonly lineCount: number;
}

/** Finds the starts of lines, which end in LF, CRLF or a lone CR. */
export function createLineIndex(content: string): LineIndex {
  let known: readonly number[] | undefined;
  return {
    get lineCount() {
      return lineStarts().length;
    },
    positionOf(offset) {
      const starts = lineStarts();
      let [low, high] = [0, starts.length - 1];
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if ((starts[middle] ?? 0) <= offset) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: Math.max(0, offset - (starts[low] ?? 0)) + 1 };
    },
    startOf: (line) => lineStarts()[line - 1] ?? content.length,
    lineText(line) {
      const starts = lineStarts();
      const start = starts[line - 1];
      if (start === undefined) return '';
      return content.slice(start, starts[line] ?? content.length).replace(/[\r\n]+$/, '');
    },
  };
  /** Found when first asked for, since most texts give nothing to point at. */
  function lineStarts(): readonly number[] {
    known ??= findStarts(content);
    return known;
  }
}

function findStarts(content: string): number[] {
  // A byte order mark is no column of the first line.
  const starts = [content.startsWith('\uFEFF') ? 1 : 0];
  for (const match of content.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  return starts;
}
