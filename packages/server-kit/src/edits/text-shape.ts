/** A text taken apart, so that its line endings and its edges can be merged on their own. */
export interface TextShape {
  /** Whether it begins with U+FEFF. */
  readonly bom: boolean;
  /** How its lines end; null where no line ends, `mixed` where some end in CRLF and some in LF. */
  readonly lineEnding: '\n' | '\r\n' | 'mixed' | null;
  /** Whether the last line ends as well. */
  readonly finalNewline: boolean;
  /** Text between the byte order mark and the final line ending. */
  readonly body: string;
}

const bom = '\uFEFF';

/** Takes a text apart. */
export function shapeOf(text: string): TextShape {
  const hasBom = text.startsWith(bom);
  const rest = hasBom ? text.slice(1) : text;
  const feeds = rest.match(/\n/g)?.length ?? 0;
  const pairs = rest.match(/\r\n/g)?.length ?? 0;
  const lineEnding = feeds === 0 ? null : pairs === 0 ? '\n' : pairs === feeds ? '\r\n' : 'mixed';
  const final = lineEnding === '\r\n' ? '\r\n' : '\n';
  const finalNewline = rest.endsWith(final);
  return {
    bom: hasBom,
    lineEnding,
    finalNewline,
    body: finalNewline ? rest.slice(0, -final.length) : rest,
  };
}

/** The lines of a text without their endings; none for an empty text. */
export function bodyLines({ body, finalNewline }: TextShape, ending: string): string[] {
  return body === '' && !finalNewline ? [] : body.split(ending);
}

/** Puts lines together again; no lines are an empty text, whatever the rest says. */
export function textOf(
  lines: readonly string[],
  shape: { bom: boolean; lineEnding: string; finalNewline: boolean },
): string {
  const body = lines.join(shape.lineEnding);
  const end = shape.finalNewline && lines.length > 0 ? shape.lineEnding : '';
  return `${shape.bom ? bom : ''}${body}${end}`;
}
