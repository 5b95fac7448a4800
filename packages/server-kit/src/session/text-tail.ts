/** The latest of a stream of text. */
export interface TextTail {
  append(text: string): void;
  readonly text: string;
  /** Whether the beginning is missing. */
  readonly truncated: boolean;
}

/** Keeps at most `maxLength` UTF-16 units, and nothing that is cut in the middle of a character. */
export function createTextTail(maxLength: number): TextTail {
  let text = '';
  let truncated = false;
  return {
    append(added) {
      text += added;
      if (text.length <= maxLength) return;
      // The second half of a pair would be no text by itself.
      text = text.slice(-maxLength).replace(/^[\uDC00-\uDFFF]/, '');
      truncated = true;
    },
    get text() {
      return text;
    },
    get truncated() {
      return truncated;
    },
  };
}
