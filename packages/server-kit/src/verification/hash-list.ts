import { hashBytes } from './merkle-hash.ts';

/**
 * A growing list of 32-byte hashes in blocks, so that a million of them cost 32 MB rather than a
 * million objects, and growing copies nothing.
 */
export class HashList {
  readonly #blocks: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(hash: Buffer): void {
    const offset = (this.#length % hashesPerBlock) * hashBytes;
    if (offset === 0) this.#blocks.push(Buffer.allocUnsafeSlow(hashesPerBlock * hashBytes));
    this.#blocks.at(-1)?.set(hash, offset);
    this.#length += 1;
  }

  /**
   * The hash at an index, as a view that must not be written to.
   *
   * @throws {RangeError} when the list is shorter.
   */
  at(index: number): Buffer {
    const block = this.#blocks[Math.floor(index / hashesPerBlock)];
    if (block === undefined || index >= this.#length) {
      throw new RangeError(`Hash ${index} of ${this.#length} does not exist.`);
    }
    const offset = (index % hashesPerBlock) * hashBytes;
    return block.subarray(offset, offset + hashBytes);
  }
}

const hashesPerBlock = 1_024;
