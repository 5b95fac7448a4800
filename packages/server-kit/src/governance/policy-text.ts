/** A text with policies, and what to call it in messages. */
export interface PolicySource {
  /** As in `default policies` or a file's name. */
  name: string;
  text: string;
}

/**
 * The text with each comment overwritten by spaces, so that positions stay and a policy that was
 * commented out is not taken for the real one.
 */
export function withoutComments(text: string): string {
  return text.replaceAll(/"(?:\\[^]|[^"\\])*"|\/\/[^\n]*/g, (token) =>
    token.startsWith('//') ? ' '.repeat(token.length) : token,
  );
}

/** Line of a position in UTF-16 units; the first is 1. */
export function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}

/** Cedar counts in bytes of UTF-8; this gives the same place in UTF-16 units. */
export function positionOfByte(text: string, byte: number): number {
  return Buffer.from(text).subarray(0, byte).toString().length;
}

/** The `@id` of the policy that a position lies in, as far as a text that does not parse can tell. */
export function idBefore(text: string, position: number): string | undefined {
  const ids = [
    ...withoutComments(text)
      .slice(0, position)
      .matchAll(/@id\s*\(\s*"([^"]*)"/g),
  ];
  return ids.at(-1)?.[1];
}
