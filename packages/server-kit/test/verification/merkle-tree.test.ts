import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  leafHash,
  MerkleTree,
  verifyConsistency,
  verifyInclusion,
} from '../../src/verification/index.ts';
import { naiveConsistency, naiveInclusion, naiveRoot } from './naive-tree.ts';

const largest = 70;
const leaves = Array.from({ length: largest }, (_, place) => Buffer.from(`leaf ${place}`));

function treeOf(content: readonly Buffer[]): MerkleTree {
  const tree = new MerkleTree();
  for (const leaf of content) tree.push(leafHash(leaf));
  return tree;
}

function hex(hashes: readonly Buffer[]): string[] {
  return hashes.map((value) => value.toString('hex'));
}

describe('Merkle tree', () => {
  test('gives the roots that Certificate Transparency publishes for its eight test leaves', () => {
    const content = [
      '',
      '00',
      '10',
      '2021',
      '3031',
      '40414243',
      '5051525354555657',
      '606162636465666768696a6b6c6d6e6f',
    ].map((text) => Buffer.from(text, 'hex'));
    const tree = treeOf(content);

    const roots = Array.from({ length: 9 }, (_, size) => tree.root(size).toString('hex'));

    expect(roots).toEqual([
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
      'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ]);
  });

  test('agrees with the definition on the root of every size', () => {
    const tree = treeOf(leaves);
    for (let size = 0; size <= largest; size += 1) {
      expect(tree.root(size)).toEqual(naiveRoot(leaves.slice(0, size)));
    }
  });

  test('proves every leaf in every size, as the definition does', () => {
    const tree = treeOf(leaves);
    for (let size = 1; size <= largest; size += 1) {
      const present = leaves.slice(0, size);
      const root = naiveRoot(present);
      for (const [index, content] of present.entries()) {
        const proof = tree.inclusion(index, size);
        expect(hex(proof)).toEqual(hex(naiveInclusion(index, present)));
        expect(verifyInclusion({ leaf: leafHash(content), index, size, root, proof })).toBe(true);
      }
    }
  });

  test('proves that every size continues every smaller one, as the definition does', () => {
    const tree = treeOf(leaves);
    for (let size = 1; size <= largest; size += 1) {
      const present = leaves.slice(0, size);
      const root = naiveRoot(present);
      for (let oldSize = 1; oldSize <= size; oldSize += 1) {
        const proof = tree.consistency(oldSize, size);
        const oldRoot = naiveRoot(leaves.slice(0, oldSize));
        expect(hex(proof)).toEqual(hex(naiveConsistency(oldSize, present)));
        expect(verifyConsistency({ oldSize, oldRoot, size, root, proof })).toBe(true);
      }
    }
  });

  test('refuses to prove what the tree does not hold', () => {
    const tree = treeOf(leaves.slice(0, 5));
    expect(() => tree.inclusion(5)).toThrow(RangeError);
    expect(() => tree.inclusion(-1)).toThrow(RangeError);
    expect(() => tree.inclusion(3, 3)).toThrow(RangeError);
    expect(() => tree.root(6)).toThrow(RangeError);
    expect(() => tree.consistency(0)).toThrow(RangeError);
    expect(() => tree.consistency(6)).toThrow(RangeError);
  });

  test('keeps proofs short in a large tree', () => {
    const tree = new MerkleTree();
    const size = 100_003;
    for (let place = 0; place < size; place += 1) {
      tree.push(hash('sha256', `${place}`, 'buffer'));
    }
    for (const index of [0, 1, 65_535, 65_536, 99_999, size - 1]) {
      const proof = tree.inclusion(index);
      expect(proof.length).toBeLessThanOrEqual(17);
      const claim = { leaf: tree.leaf(index), index, size, root: tree.root(), proof };
      expect(verifyInclusion(claim)).toBe(true);
    }
  });
});

describe('verifiers of proofs', () => {
  const size = 13;
  const tree = treeOf(leaves.slice(0, size));
  const claim = {
    leaf: tree.leaf(6),
    index: 6,
    size,
    root: tree.root(),
    proof: tree.inclusion(6),
  };
  const growth = {
    oldSize: 6,
    oldRoot: tree.root(6),
    size,
    root: tree.root(),
    proof: tree.consistency(6),
  };
  const other = leafHash(Buffer.from('other'));

  test.each([
    ['another leaf', { leaf: other }],
    ['another place', { index: 7 }],
    ['a place outside the tree', { index: size }],
    ['a negative place', { index: -1 }],
    ['a broken place', { index: 6.5 }],
    ['a size with another shape', { size: 8 }],
    ['another root', { root: other }],
    ['a hash too few', { proof: claim.proof.slice(1) }],
    ['a hash too many', { proof: [...claim.proof, other] }],
    ['hashes out of order', { proof: claim.proof.toReversed() }],
    ['a hash of 31 bytes', { proof: [other.subarray(1), ...claim.proof.slice(1)] }],
    ['an empty proof', { proof: [] }],
  ])('refuse an inclusion proof for %s', (_, change) => {
    expect(verifyInclusion(claim)).toBe(true);
    expect(verifyInclusion({ ...claim, ...change })).toBe(false);
  });

  test.each([
    ['another old root', { oldRoot: other }],
    ['another new root', { root: other }],
    ['an old size of 0', { oldSize: 0 }],
    ['another old size', { oldSize: 5 }],
    ['sizes that shrink', { oldSize: size, size: 6 }],
    ['equal sizes with different roots', { oldSize: size, proof: [] }],
    ['a hash too few', { proof: growth.proof.slice(1) }],
    ['a hash too many', { proof: [...growth.proof, other] }],
    ['a root of 31 bytes', { root: growth.root.subarray(1) }],
    ['an empty proof', { proof: [] }],
  ])('refuse a consistency proof for %s', (_, change) => {
    expect(verifyConsistency(growth)).toBe(true);
    expect(verifyConsistency({ ...growth, ...change })).toBe(false);
  });
});
