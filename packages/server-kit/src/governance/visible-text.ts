/**
 * All that has no ink or changes the order of what has: controls, format characters (bidi marks,
 * zero width), separators, spaces other than the plain one, lone surrogates, fillers.
 * @see https://trojansource.codes on what such characters hide from a reviewer
 */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Zs}\p{Default_Ignorable_Code_Point}]/gu;

const harmless = new Set([' ', '\n', '\t']);

/** The text with each invisible character shown by its number, as `⟦U+202E⟧`. */
export function visibleText(text: string): string {
  return text.replaceAll(invisible, (character) => {
    if (harmless.has(character)) return character;
    const number = character.codePointAt(0) ?? 0;
    return `⟦U+${number.toString(16).toUpperCase().padStart(4, '0')}⟧`;
  });
}
