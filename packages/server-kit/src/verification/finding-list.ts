import type { LogFinding, TamperFinding } from './tampering.ts';

/** Where a finding shows. */
export type FindingPlace = Pick<LogFinding, 'index' | 'line'>;

/** Findings of one check, of which a log that is wrong in every line could otherwise fill memory. */
export class FindingList {
  readonly #findings = new Set<LogFinding>();
  #omitted = 0;

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
    return this.#omitted;
  }

  get hasErrors(): boolean {
    return this.#omitted > 0 || [...this.#findings].some(({ level }) => level === 'error');
  }

  has(code: TamperFinding): boolean {
    return [...this.#findings].some((finding) => finding.code === code);
  }

  add(code: TamperFinding, message: string, place: FindingPlace = {}): LogFinding {
    const level = warnings.has(code) ? 'warning' : 'error';
    const finding: LogFinding = { code, level, message, ...place };
    if (this.#findings.size < mostFindings) this.#findings.add(finding);
    else this.#omitted += 1;
    return finding;
  }

  /** Takes a finding back that turned out to be another one. */
  remove(finding: LogFinding): void {
    this.#findings.delete(finding);
  }
}

const mostFindings = 1_000;
const warnings: ReadonlySet<TamperFinding> = new Set(['UNCOMMITTED_TAIL', 'OPEN_INTENT']);
