import type { JsonWebKey, KeyObject } from 'node:crypto';
import { KeyLimits } from './key-limits.ts';
import { keyIdOf, publicJwkOf } from './signing-key.ts';

/** A public key and the entries that it may sign. */
export interface KeyRange {
  publicKey: KeyObject;
  /** Hex SHA-256 of its SPKI form. */
  id: string;
  /** First entry that the key signs. The last is the one before the next key's first. */
  first: number;
  /** The exact line that brought the key in, entry `first - 1`; absent for the log's first key. */
  rotation?: string;
}

/**
 * The keys of a log, each with the entries that it signs. All follow from the log's lines and its
 * first key, since each change of key is an entry that the key before has signed.
 */
export class KeyRing {
  readonly #ranges: KeyRange[] = [];
  readonly #candidates: readonly KeyObject[];
  /** What is known of the keys from elsewhere. */
  readonly limits: KeyLimits;

  /** @param candidates Keys of which one signs, until {@link KeyRing.begin} says which was first. */
  constructor(candidates: readonly KeyObject[], limits = new KeyLimits()) {
    this.#candidates = candidates;
    this.limits = limits;
  }

  /** Keys in order, the present one last; none while the first is not known. */
  get ranges(): readonly KeyRange[] {
    return this.#ranges;
  }

  /** The key that signs the next entry. */
  get current(): KeyRange | undefined {
    return this.#ranges.at(-1);
  }

  /**
   * Keys of which one must have signed the entry at an index, or a checkpoint over so many entries:
   * one key, but for a log whose first key is not known yet. None when the key that the log itself
   * names is known not to sign there.
   */
  at(index: number): readonly KeyObject[] {
    const range = this.rangeAt(index);
    if (range === undefined) return this.#candidates;
    return this.limits.allows(range, index) ? [range.publicKey] : [];
  }

  /** The key that the log itself names for an index. */
  rangeAt(index: number): KeyRange | undefined {
    return this.#ranges.findLast(({ first }) => first <= index);
  }

  /** Settles which key the log began with; the first call counts. */
  begin(first: KeyObject): void {
    if (this.#ranges.length === 0) this.#ranges.push(rangeOf(first, 0));
  }

  /** Takes a new key in, which an entry names that the present key has signed. */
  change(next: KeyObject, { index, line }: { index: number; line?: string }): void {
    const range = rangeOf(next, index + 1);
    this.#ranges.push(line === undefined ? range : { ...range, rotation: line });
  }

  /**
   * Takes a key in whose change is lost, because it signed the entry at an index. Returns whether it
   * may have.
   */
  adopt(key: KeyObject, index: number): boolean {
    const id = keyIdOf(key);
    const first = this.limits.firstOf(id) ?? index;
    const isLater = this.current === undefined || first > this.current.first;
    if (this.has(id) || !isLater || !this.limits.allows({ id, first }, index)) return false;
    this.change(key, { index: first - 1 });
    return true;
  }

  has(id: string): boolean {
    return this.#ranges.some((range) => range.id === id);
  }

  /**
   * The keys as a JWKS, oldest first. Further members name the entries that each may sign,
   * `ide_first` to `ide_last` (absent on the present key), and the entry that brought it in,
   * `ide_rotation`, by which a holder of the key before can accept it.
   */
  toJwks(): { keys: JsonWebKey[] } {
    const keys = this.#ranges.map((range, place) => {
      const next = this.#ranges[place + 1];
      return {
        ...publicJwkOf(range.publicKey),
        ide_first: range.first,
        ...(next && { ide_last: next.first - 1 }),
        ...(range.rotation !== undefined && {
          ide_rotation: { index: range.first - 1, line: range.rotation },
        }),
      };
    });
    return { keys };
  }
}

function rangeOf(publicKey: KeyObject, first: number): KeyRange {
  return { publicKey, id: keyIdOf(publicKey), first };
}
