import { beforeAll, expect, it } from 'vitest';
import { verifyConsistency } from '../../src/verify/index.ts';
import { leafHash, verifyInclusion } from '../../src/verify/merkle.ts';
import { consistency, inclusion, leafOf, rootOf } from './naive-tree.ts';

/** Both proofs of RFC 9162, against its definitions; run in Node and in a page. */
export function describeTrees(): void {
  let lines: string[];
  let leaves: string[];
  let roots: string[];

  beforeAll(async () => {
    lines = Array.from({ length: 11 }, (_, index) => `line ${index}`);
    leaves = await Promise.all(lines.map(leafOf));
    roots = await Promise.all(leaves.map((_, index) => rootOf(leaves.slice(0, index + 1))));
  });

  const treeOf = (treeSize: number) => ({ treeSize, root: roots[treeSize - 1]! });

  it('holds each of its leaves at its place alone', async () => {
    for (let size = 1; size <= leaves.length; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const path = await inclusion(index, leaves.slice(0, size));
        const leaf = await leafHash(lines[index]!);
        const places = Array.from({ length: size + 2 }, (_, place) => place - 1);
        const found = await Promise.all(
          places.map((place) => verifyInclusion(leaf, place, treeOf(size), path)),
        );
        expect(places.filter((_, at) => found[at])).toEqual([index]);
      }
    }
  });

  it('continues each that it had been, by the proof of that one alone', async () => {
    for (let size = 1; size <= leaves.length; size += 1) {
      for (let old = 1; old <= size; old += 1) {
        const proof = await consistency(old, leaves.slice(0, size));
        const sizes = Array.from({ length: size + 2 }, (_, of) => of);
        const fitting = await Promise.all(
          sizes.map((of) =>
            verifyConsistency({ treeSize: of, root: roots[old - 1]! }, treeOf(size), proof),
          ),
        );
        expect(sizes.filter((_, at) => fitting[at])).toEqual([old]);
      }
    }
  });

  it('continues nothing by a proof that is cut, lengthened or no hash', async () => {
    const proof = await consistency(5, leaves);
    const fits = (hashes: string[]) => verifyConsistency(treeOf(5), treeOf(11), hashes);
    await expect(fits(proof)).resolves.toBe(true);
    for (const wrong of [[], proof.slice(1), proof.slice(0, -1), [...proof, proof[0]!]]) {
      await expect(fits(wrong)).resolves.toBe(false);
    }
    await expect(fits(proof.map((hash) => hash.slice(2)))).resolves.toBe(false);
    await expect(fits(proof.map((hash) => hash.toUpperCase()))).resolves.toBe(false);
    await expect(verifyConsistency(treeOf(11), treeOf(11), ['a'.repeat(64)])).resolves.toBe(false);
    await expect(verifyConsistency(treeOf(11), treeOf(5), [])).resolves.toBe(false);
  });
}
