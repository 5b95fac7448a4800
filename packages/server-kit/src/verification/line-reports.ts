import type { FindingList } from './finding-list.ts';
import type { LineFault, LogLine } from './signature-check.ts';
import type { TamperFinding } from './tampering.ts';

/** Says what was done to lines, each at its line and at an entry's place. */
export class LineReports {
  readonly #findings: FindingList;

  constructor(findings: FindingList) {
    this.#findings = findings;
  }

  add(code: TamperFinding, message: string, { number }: LogLine, index: number): void {
    this.#findings.add(code, message, { index, line: number });
  }

  fault({ code, message }: LineFault, line: LogLine, index: number): void {
    const { number, count } = line;
    const text = count === 1 ? message : `lines ${number} to ${number + count - 1}: ${message}`;
    this.add(code, text, line, index);
  }

  duplicate(line: LogLine, index: number): void {
    this.add('DUPLICATE', `entry ${index} stands there twice.`, line, index);
  }

  moved(line: LogLine): void {
    const index = line.opened?.entry.index ?? 0;
    this.add('ORDER', `entry ${index} was moved from its place.`, line, index);
  }

  inserted(line: LogLine, index: number): void {
    this.add('INSERTED', 'the line is signed, but not of this chain.', line, index);
  }
}
