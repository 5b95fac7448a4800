import { leafHash } from './merkle-hash.ts';
import { readLogLine, type LogLine } from './signature-check.ts';

/**
 * Lines that were read, but not judged. Those that follow one another and are no entries for the same
 * reason are one, so that a file full of them costs neither memory nor sight of what stands behind.
 */
export class LineQueue {
  #lines: LogLine[] = [];
  #judged = 0;
  #lineNumber = 0;

  get length(): number {
    return this.#lines.length - this.#judged;
  }

  /** The line to judge. */
  get next(): LogLine | undefined {
    return this.#lines[this.#judged];
  }

  push(bytes: Buffer): void {
    const line = readLogLine(bytes, (this.#lineNumber += 1));
    const last = this.length > 0 ? this.#lines.at(-1) : undefined;
    if (line.fault && line.fault.code === last?.fault?.code) last.count += 1;
    else this.#lines.push(line);
  }

  /** Takes the line away that was judged. */
  shift(): void {
    this.#judged += 1;
  }

  /** Frees the memory of what was judged. */
  compact(): void {
    this.#lines = this.#lines.slice(this.#judged);
    this.#judged = 0;
  }

  /** The line right behind the one to judge. */
  get afterNext(): LogLine | undefined {
    return this.#lines[this.#judged + 1];
  }

  /** The lines behind the one to judge, so many as are looked at for the one that fits. */
  get following(): LogLine[] {
    return this.#lines.slice(this.#judged + 1, this.#judged + 1 + lookAhead);
  }
}

/** How many lines are looked at for the one that fits. */
export const lookAhead = 64;

/** Whether a line names another as the one before it. */
export function follows(line: LogLine | undefined, before: LogLine | undefined): boolean {
  if (line?.opened === undefined || before === undefined) return false;
  return line.opened.entry.prev === leafHash(before.bytes).toString('hex');
}
