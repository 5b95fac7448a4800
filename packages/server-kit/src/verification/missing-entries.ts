import type { FindingList } from './finding-list.ts';
import type { LogFinding } from './tampering.ts';

interface MissingRange {
  from: number;
  to: number;
  /** How many of them have not turned up elsewhere. */
  left: number;
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
    const text =
      from === to ? `entry ${from} is missing.` : `entries ${from} to ${to} are missing.`;
    const finding = this.#findings.add('MISSING', text, { index: from, line });
    this.#ranges.push({ from, to, left: to - from + 1, finding });
  }

  /** Whether the entry was missing, and now is not: when all of its range are found, none was. */
  find(index: number): boolean {
    const range = this.#ranges.find(({ from, to }) => from <= index && index <= to);
    if (range === undefined) return false;
    range.left -= 1;
    if (range.left === 0) this.#findings.remove(range.finding);
    return true;
  }
}
