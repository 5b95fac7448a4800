import { randomFillSync } from 'node:crypto';

/**
 * Makes a verification id: the entry's index in base 36, by which it is found without a search,
 * and 64 random bits, so that ids cannot be guessed and never repeat, even in a log begun anew.
 */
export function makeEntryId(index: number): string {
  return `v_${index.toString(36)}_${randomHex()}`;
}

const idBytes = 8;
/** Random bytes for many ids: each call of the generator costs as much as hashing the entry. */
const pool = Buffer.alloc(idBytes * 512);
let taken = pool.length;

function randomHex(): string {
  if (taken === pool.length) {
    randomFillSync(pool);
    taken = 0;
  }
  taken += idBytes;
  return pool.toString('hex', taken - idBytes, taken);
}

/** The index that an id names, or `undefined` when the text is no id. */
export function indexOfEntryId(id: string): number | undefined {
  const [, digits] = /^v_([0-9a-z]{1,10})_[0-9a-f]{16}$/.exec(id) ?? [];
  return digits === undefined ? undefined : Number.parseInt(digits, 36);
}
