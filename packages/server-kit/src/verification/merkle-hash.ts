import { hash } from 'node:crypto';

/** Bytes of a SHA-256 hash. */
export const hashBytes = 32;

/** What stands before a leaf when it is hashed. @see RFC 9162, section 2.1.1 */
export const leafPrefix = '\u0000';

/** Hash of a leaf: SHA-256 of a zero byte and the leaf's bytes. @see RFC 9162, section 2.1.1 */
export function leafHash(leaf: Buffer): Buffer {
  const input = Buffer.allocUnsafe(1 + leaf.length);
  input[0] = 0x00;
  input.set(leaf, 1);
  return leafHashOf(input);
}

/** The same for a leaf that stands behind its zero byte already. */
export function leafHashOf(prefixedLeaf: Buffer): Buffer {
  return hash('sha256', prefixedLeaf, 'buffer');
}

/** Hash of an inner node: SHA-256 of a one byte and both children. @see RFC 9162, section 2.1.1 */
export function nodeHash(left: Buffer, right: Buffer): Buffer {
  const input = Buffer.allocUnsafe(1 + 2 * hashBytes);
  input[0] = 0x01;
  input.set(left, 1);
  input.set(right, 1 + hashBytes);
  return hash('sha256', input, 'buffer');
}

/** Root of the tree without leaves. @see RFC 9162, section 2.1.1 */
export function emptyRoot(): Buffer {
  return hash('sha256', '', 'buffer');
}
