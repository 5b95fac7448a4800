import { HashList } from './hash-list.ts';
import { emptyRoot, nodeHash } from './merkle-hash.ts';

/**
 * The log's Merkle tree (RFC 9162, section 2.1). Hashes of every complete subtree are kept, 64
 * bytes per leaf in all, and a proof of any size up to the present one hashes only the ragged
 * right edge: at a million leaves some twenty look-ups and as many hashes at most.
 */
export class MerkleTree {
  /** `levels[k]` holds the roots of the complete subtrees of 2^k leaves, from left to right. */
  readonly #levels: HashList[] = [new HashList()];

  get size(): number {
    return this.#level(0).length;
  }

  /** Adds a leaf by its hash. */
  push(leaf: Buffer): void {
    let index = this.size;
    let hash = leaf;
    this.#level(0).push(hash);
    // An odd index is the right child that completes its parent.
    for (let level = 0; index % 2 === 1; level += 1) {
      hash = nodeHash(this.#level(level).at(index - 1), hash);
      index = (index - 1) / 2;
      this.#level(level + 1).push(hash);
    }
  }

  /** Hash of a leaf. @throws {RangeError} when there is no such leaf. */
  leaf(index: number): Buffer {
    return this.#level(0).at(index);
  }

  /** Root over the first `size` leaves. @throws {RangeError} when there are fewer. */
  root(size = this.size): Buffer {
    this.#requireSize(size);
    return size === 0 ? emptyRoot() : this.#range(0, size);
  }

  /**
   * Proof that a leaf is in the tree of the first `size` leaves, from the leaf upwards.
   *
   * @see RFC 9162, section 2.1.3.1
   * @throws {RangeError} when that tree does not hold the leaf.
   */
  inclusion(index: number, size = this.size): Buffer[] {
    this.#requireSize(size);
    if (!Number.isInteger(index) || index < 0 || index >= size) {
      throw new RangeError(`Entry ${index} is not in a tree of ${size}.`);
    }
    const path: Buffer[] = [];
    let [start, end] = [0, size];
    while (end - start > 1) {
      const middle = start + split(end - start);
      if (index < middle) {
        path.push(this.#range(middle, end));
        end = middle;
      } else {
        path.push(this.#range(start, middle));
        start = middle;
      }
    }
    return path.toReversed();
  }

  /**
   * Proof that the tree of the first `size` leaves continues the one of the first `oldSize`.
   *
   * @see RFC 9162, section 2.1.4.1
   * @throws {RangeError} when `oldSize` is 0 or above `size`.
   */
  consistency(oldSize: number, size = this.size): Buffer[] {
    this.#requireSize(size);
    if (!Number.isInteger(oldSize) || oldSize < 1 || oldSize > size) {
      throw new RangeError(`No proof leads from a tree of ${oldSize} to one of ${size}.`);
    }
    const path: Buffer[] = [];
    let [start, end] = [0, size];
    // The verifier knows the old root, so a subtree that is the whole old tree is not sent.
    let isOldRoot = true;
    while (end !== oldSize) {
      const middle = start + split(end - start);
      if (oldSize <= middle) {
        path.push(this.#range(middle, end));
        end = middle;
      } else {
        path.push(this.#range(start, middle));
        start = middle;
        isOldRoot = false;
      }
    }
    if (!isOldRoot) path.push(this.#range(start, end));
    return path.toReversed();
  }

  /** Root over the leaves from `start` to before `end`, where `start` is a boundary of the tree. */
  #range(start: number, end: number): Buffer {
    const count = end - start;
    const level = Math.log2(count);
    if (Number.isInteger(level)) return this.#level(level).at(start / count);
    const middle = start + split(count);
    return nodeHash(this.#range(start, middle), this.#range(middle, end));
  }

  #level(level: number): HashList {
    return (this.#levels[level] ??= new HashList());
  }

  #requireSize(size: number): void {
    if (Number.isInteger(size) && size >= 0 && size <= this.size) return;
    throw new RangeError(`The tree has ${this.size} leaves, not ${size}.`);
  }
}

/** The largest power of two below `count`: where RFC 9162 cuts a tree in two. */
function split(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}
