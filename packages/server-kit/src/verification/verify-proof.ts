import { hashBytes, nodeHash } from './merkle-hash.ts';

/** What {@link verifyInclusion} checks. */
export interface InclusionClaim {
  /** Hash of the leaf, 32 bytes. */
  leaf: Buffer;
  /** Place of the leaf, counted from 0. */
  index: number;
  size: number;
  root: Buffer;
  proof: readonly Buffer[];
}

/** Whether the tree of that root holds the leaf. @see RFC 9162, section 2.1.3.2 */
export function verifyInclusion({ leaf, index, size, root, proof }: InclusionClaim): boolean {
  if (!isCount(index) || !isCount(size) || index >= size) return false;
  if (![leaf, root, ...proof].every(isHash)) return false;
  const walk = new RightEdge(index, size - 1);
  let hash = leaf;
  for (const sibling of proof) {
    if (walk.last === 0) return false;
    hash = walk.isRightChild() ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
    walk.ascend();
  }
  return walk.last === 0 && hash.equals(root);
}

/** What {@link verifyConsistency} checks. */
export interface ConsistencyClaim {
  oldSize: number;
  oldRoot: Buffer;
  size: number;
  root: Buffer;
  proof: readonly Buffer[];
}

/** Whether the tree of `root` continues the one of `oldRoot`. @see RFC 9162, section 2.1.4.2 */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { oldSize, oldRoot, size, root, proof } = claim;
  if (!isCount(oldSize) || !isCount(size) || oldSize < 1 || oldSize > size) return false;
  if (![oldRoot, root, ...proof].every(isHash)) return false;
  if (oldSize === size) return proof.length === 0 && oldRoot.equals(root);
  // A complete old tree is itself the first node of the path, so the proof leaves it out.
  const path = Number.isInteger(Math.log2(oldSize)) ? [oldRoot, ...proof] : proof;
  const [first, ...siblings] = path;
  if (first === undefined) return false;
  const walk = new RightEdge(oldSize - 1, size - 1);
  walk.skipRightChildren();
  let oldHash = first;
  let hash = first;
  for (const sibling of siblings) {
    if (walk.last === 0) return false;
    if (walk.isRightChild()) {
      oldHash = nodeHash(sibling, oldHash);
      hash = nodeHash(sibling, hash);
    } else {
      hash = nodeHash(hash, sibling);
    }
    walk.ascend();
  }
  return walk.last === 0 && oldHash.equals(oldRoot) && hash.equals(root);
}

/**
 * A node and the last node of its level, moving up; `fn` and `sn` in RFC 9162. Plain arithmetic
 * instead of bit operations, which would cut sizes above 2^31.
 */
class RightEdge {
  node: number;
  last: number;

  constructor(node: number, last: number) {
    this.node = node;
    this.last = last;
  }

  isRightChild(): boolean {
    return this.node % 2 === 1 || this.node === this.last;
  }

  /** To the next level on which a sibling exists. */
  ascend(): void {
    // A last node without sibling is carried up as it is.
    if (this.node === this.last) while (this.node % 2 === 0 && this.node !== 0) this.#up();
    this.#up();
  }

  skipRightChildren(): void {
    while (this.node % 2 === 1) this.#up();
  }

  #up(): void {
    this.node = Math.floor(this.node / 2);
    this.last = Math.floor(this.last / 2);
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isHash(value: Buffer): boolean {
  return value.length === hashBytes;
}
