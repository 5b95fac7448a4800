import { fromHex, sha256, utf8 } from './bytes.ts';
import type { Checkpoint } from './checkpoint.ts';

/** A tree as a checkpoint states it. */
export type Tree = Pick<Checkpoint, 'treeSize' | 'root'>;

/** Hash of a log line as a leaf. @see RFC 9162, section 2.1.1 */
export function leafHash(line: string): Promise<string> {
  return sha256(utf8(`\0${line}`));
}

/**
 * Whether the tree holds the leaf.
 * @param leaf Hash of the leaf, 64 hex digits, as all hashes here.
 * @param index Place of the leaf, counted from 0.
 * @see RFC 9162, section 2.1.3.2
 */
export async function verifyInclusion(
  leaf: string,
  index: number,
  { treeSize, root }: Tree,
  hashes: readonly string[],
): Promise<boolean> {
  const isInside = index >= 0 && index < treeSize;
  return isInside && (await climb(index, treeSize - 1, leaf, hashes))?.whole === root;
}

/**
 * Whether the newer tree continues the older one. A tree without entries proves nothing, so it is
 * continued by none.
 * @param hashes The consistency proof, 64 hex digits each.
 * @see RFC 9162, section 2.1.4.2
 */
export async function verifyConsistency(
  older: Tree,
  newer: Tree,
  hashes: readonly string[],
): Promise<boolean> {
  let node = older.treeSize - 1;
  let last = newer.treeSize - 1;
  if (!(node >= 0 && node <= last)) return false;
  if (node === last) return hashes.length === 0 && older.root === newer.root;
  // A complete old tree is itself the first node of the path, so the proof leaves it out.
  const isComplete = Math.log2(older.treeSize) % 1 === 0;
  const [first, ...siblings] = isComplete ? [older.root, ...hashes] : hashes;
  if (first === undefined) return false;
  for (; node % 2 === 1; node = half(node)) last = half(last);
  const reached = await climb(node, last, first, siblings);
  return reached?.old === older.root && reached.whole === newer.root;
}

/**
 * Goes up from a node to the root; `node` and `last` are `fn` and `sn` in RFC 9162. `old` leaves out
 * what stands to the right, and so becomes the root of the tree that ended with the node.
 */
async function climb(node: number, last: number, hash: string, siblings: readonly string[]) {
  let old = hash;
  let whole = hash;
  for (const sibling of siblings) {
    if (last === 0 || !/^[0-9a-f]{64}$/.test(sibling)) return null;
    if (node % 2 === 1 || node === last) {
      old = await nodeHash(sibling, old);
      whole = await nodeHash(sibling, whole);
      // A last node without sibling is carried up as it is.
      for (; node % 2 === 0 && node > 0; node = half(node)) last = half(last);
    } else {
      whole = await nodeHash(whole, sibling);
    }
    node = half(node);
    last = half(last);
  }
  return last === 0 ? { old, whole } : null;
}

function nodeHash(left: string, right: string): Promise<string> {
  return sha256(fromHex(`01${left}${right}`));
}

// No bit operation, which would cut sizes above 2^31.
function half(node: number): number {
  return Math.floor(node / 2);
}
