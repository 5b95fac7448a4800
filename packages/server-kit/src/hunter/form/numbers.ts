/** Reads a number of Python or JavaScript; NaN where its notation is unknown. */
export function numberOf(text: string): number {
  const plain = text.replaceAll('_', '').replace(/[lLjJn]$/, '');
  // Python 2 and sloppy JavaScript write octal numbers with a bare zero.
  if (/^0[0-7]+$/.test(plain)) return Number.parseInt(plain, 8);
  return Number(plain);
}
