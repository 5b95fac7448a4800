const simpleEscapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\u0007',
  '0': '\0',
};

/** Resolves the backslash escapes that Python and JavaScript share, and leaves others as they are. */
export function unescapeText(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|u\{([0-9a-f]{1,6})\}|(\r\n|[^]))/gi,
    (whole, byte: string, unit: string, point: string, single: string) => {
      const digits = byte ?? unit ?? point;
      if (digits !== undefined) {
        const code = Number.parseInt(digits, 16);
        return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
      }
      if (single === '\n' || single === '\r\n') return '';
      return simpleEscapes[single] ?? single;
    },
  );
}
