import type { FindingList } from './finding-list.ts';
import type { LogFinding } from './tampering.ts';

interface MissingRange {
  from: number;
  to: number;
  /** From the first to the last that is still missing. */
  left: { from: number; to: number };
  /** Leaf hashes, by place, of those that have turned up elsewhere. */
  found: Map<number, Buffer>;
  finding: LogFinding;
}

/** Places of a log that no line has filled. */
export class MissingEntries {
  readonly #ranges: MissingRange[] = [];
  readonly #findings: FindingList;

  constructor(findings: FindingList) {
    this.#findings = findings;
  }

  /** Reports the entries of these places as missing. */
  add({ from, to, line }: { from: number; to: number; line: number }): void {
    const finding = this.#findings.add('MISSING', textOf(from, to), { index: from, line });
    this.#ranges.push({ from, to, left: { from, to }, found: new Map(), finding });
  }

  /** What an entry is whose place was left open; `undefined` when no such place was. */
  find(index: number, leaf: Buffer): 'missing' | 'found' | 'other' | undefined {
    const range = this.#rangeOf(index);
    if (range === undefined) return undefined;
    const before = range.found.get(index);
    if (before) return before.equals(leaf) ? 'found' : 'other';
    range.found.set(index, leaf);
    this.#restate(range);
    return 'missing';
  }

  /** The finding names those that are still missing; when all have turned up, none was. */
  #restate({ from, to, left, found, finding }: MissingRange): void {
    if (found.size > to - from) return this.#findings.remove(finding);
    while (found.has(left.from)) left.from += 1;
    while (found.has(left.to)) left.to -= 1;
    const count = to - from + 1 - found.size;
    finding.index = left.from;
    finding.message =
      count > left.to - left.from
        ? textOf(left.from, left.to)
        : `${count} of the entries ${left.from} to ${left.to} are missing.`;
  }

  // By halves, as there may be as many ranges as entries. They are added from left to right.
  #rangeOf(index: number): MissingRange | undefined {
    let [start, end] = [0, this.#ranges.length];
    while (start < end) {
      const middle = Math.floor((start + end) / 2);
      const range = this.#ranges[middle];
      if (range === undefined) return undefined;
      if (index < range.from) end = middle;
      else if (index > range.to) start = middle + 1;
      else return range;
    }
    return undefined;
  }
}

function textOf(from: number, to: number): string {
  return from === to ? `entry ${from} is missing.` : `entries ${from} to ${to} are missing.`;
}
