import type { Expression } from '../form/form.ts';

/** Text and values of an expression that joins them; undefined where it does more than that. */
export function piecesOf(form: Expression, source: string): (string | Expression)[] | undefined {
  const parts =
    form.kind === 'template' ? form.parts : form.kind === 'sum' ? form.operands : undefined;
  if (parts !== undefined) {
    // A conversion or a format, as in `{x!r:>8}`, does more than to put the value there.
    const isFormatted = parts.some(
      (part) =>
        part.kind !== 'literal' &&
        form.kind === 'template' &&
        !/^\s*\}/.test(source.slice(part.end)),
    );
    if (isFormatted) return undefined;
    return parts.map((part) =>
      part.kind === 'literal' && typeof part.value === 'string' ? part.value : part,
    );
  }
  if (form.kind !== 'binary' || form.operator !== '%' || form.left.kind !== 'literal')
    return undefined;
  const text = form.left.value;
  const values = form.right.kind === 'sequence' ? form.right.elements : [form.right];
  if (typeof text !== 'string' || /%[^s]/.test(text)) return undefined;
  const texts = text.split('%s');
  if (texts.length !== values.length + 1) return undefined;
  return texts.flatMap((piece, index) => {
    const next = values[index];
    return next === undefined ? [piece] : [piece, next];
  });
}
