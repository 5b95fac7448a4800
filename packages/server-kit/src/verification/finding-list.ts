import type { LogFinding, TamperFinding } from './tampering.ts';

/** Where a finding shows. */
export type FindingPlace = Pick<LogFinding, 'index' | 'line'>;

/** Findings of one check, of which a log that is wrong in every line could otherwise fill memory. */
export class FindingList {
  readonly #findings = new Set<LogFinding>();
  readonly #counts = new Map<TamperFinding, number>();
  #errors = 0;
  #warnings = 0;

  /** Findings in the order of the file; those of no line come last. */
  get sorted(): LogFinding[] {
    const lineOf = ({ line = Number.POSITIVE_INFINITY }: LogFinding) => line;
    // Two infinities have no difference, so they are compared rather than subtracted.
    return [...this.#findings].toSorted((a, b) =>
      lineOf(a) === lineOf(b) ? 0 : lineOf(a) < lineOf(b) ? -1 : 1,
    );
  }

  /** Number of findings that were not kept. */
  get omitted(): number {
    return this.#errors + this.#warnings - this.#findings.size;
  }

  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  /** Whether further errors are counted only. */
  get isFull(): boolean {
    return this.#errors >= mostFindings;
  }

  has(code: TamperFinding): boolean {
    return (this.#counts.get(code) ?? 0) > 0;
  }

  add(code: TamperFinding, message: string, place: FindingPlace = {}): LogFinding {
    const level = warnings.has(code) ? 'warning' : 'error';
    const finding: LogFinding = { code, level, message, ...place };
    this.#count(finding, 1);
    // What is wrong is kept rather than what a crash explains.
    if (this.#findings.size >= mostFindings && level === 'error') this.#dropWarning();
    if (this.#findings.size < mostFindings) this.#findings.add(finding);
    return finding;
  }

  /** Takes a finding back that turned out to be another one. */
  remove(finding: LogFinding): void {
    this.#count(finding, -1);
    this.#findings.delete(finding);
  }

  #count({ code, level }: LogFinding, change: 1 | -1): void {
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + change);
    if (level === 'error') this.#errors += change;
    else this.#warnings += change;
  }

  #dropWarning(): void {
    if (this.#errors > mostFindings) return;
    for (const finding of this.#findings) {
      if (finding.level === 'error') continue;
      this.#findings.delete(finding);
      return;
    }
  }
}

const mostFindings = 1_000;
const warnings: ReadonlySet<TamperFinding> = new Set(['UNCOMMITTED_TAIL', 'OPEN_INTENT']);
