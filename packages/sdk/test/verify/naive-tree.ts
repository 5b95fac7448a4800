/** The definitions of RFC 9162, section 2.1, word by word: slow, and not the code that is tested. */
export async function rootOf(leaves: readonly string[]): Promise<string> {
  if (leaves.length === 1) return leaves[0]!;
  const [left, right] = halves(leaves);
  return nodeHash(await rootOf(left), await rootOf(right));
}

/** Section 2.1.3.1. */
export async function inclusion(index: number, leaves: readonly string[]): Promise<string[]> {
  if (leaves.length === 1) return [];
  const [left, right] = halves(leaves);
  if (index < left.length) return [...(await inclusion(index, left)), await rootOf(right)];
  return [...(await inclusion(index - left.length, right)), await rootOf(left)];
}

/** Section 2.1.4.1. */
export function consistency(oldSize: number, leaves: readonly string[]): Promise<string[]> {
  return subproof(oldSize, leaves, true);
}

async function subproof(
  size: number,
  leaves: readonly string[],
  isWhole: boolean,
): Promise<string[]> {
  if (size === leaves.length) return isWhole ? [] : [await rootOf(leaves)];
  const [left, right] = halves(leaves);
  if (size <= left.length) return [...(await subproof(size, left, isWhole)), await rootOf(right)];
  return [...(await subproof(size - left.length, right, false)), await rootOf(left)];
}

/** Splits at the largest power of two below the size. */
function halves(leaves: readonly string[]): [string[], string[]] {
  const split = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return [leaves.slice(0, split), leaves.slice(split)];
}

/** Hash of a line as a leaf. */
export function leafOf(line: string): Promise<string> {
  return sha256(new Uint8Array([0, ...new TextEncoder().encode(line)]));
}

function nodeHash(left: string, right: string): Promise<string> {
  return sha256(new Uint8Array([1, ...bytesOf(left), ...bytesOf(right)]));
}

/** SHA-256 in hex. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

/** Bytes of hex digits. */
export function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(hex.match(/../g)!.map((pair) => Number.parseInt(pair, 16)));
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
