/** What a scenario has found: what went wrong, and what can be counted. */
export interface Report {
  /** Says that a promise of the protocol was broken. */
  violation(what: string): void;
  /** Adds one to a count. */
  add(name: string): void;
  figure(name: string, value: number): void;
  readonly violations: readonly string[];
  readonly figures: Readonly<Record<string, number>>;
}

/** Violations that are told one by one; a broken client would fill the disk with more. */
const maxTold = 20;

/** Makes an empty report; `onViolation` hears of each violation when it is told. */
export function createReport(onViolation: () => void = () => undefined): Report {
  const violations: string[] = [];
  const figures: Record<string, number> = {};
  return {
    violations,
    figures,
    violation(what) {
      figures['violations'] = (figures['violations'] ?? 0) + 1;
      if (violations.length < maxTold) violations.push(what);
      onViolation();
    },
    add(name) {
      figures[name] = (figures[name] ?? 0) + 1;
    },
    figure(name, value) {
      figures[name] = value;
    },
  };
}
