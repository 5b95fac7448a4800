/** The part of vitest's JSON report that is counted. */
export interface TestReport {
  testResults: readonly {
    name: string;
    status: string;
    message: string;
    assertionResults: readonly { status: string; fullName: string }[];
  }[];
}

/** What the run came to. */
export interface TestSummary {
  passed: number;
  failed: number;
  /** One line for each thing that a reader of the closing line should know. */
  notes: readonly string[];
}

/**
 * Counts a test run.
 *
 * A file that could not be loaded or whose set-up failed counts as one failure, and so does a run
 * that ended badly although no test failed: a count of zero failures must mean that all is well.
 *
 * @param report Null when the run left none, as after a crash.
 * @param options `exitCode` of the runner; `strict` counts skipped tests as failed.
 */
export function summarizeTests(
  report: TestReport | null,
  options: { exitCode: number; strict: boolean },
): TestSummary {
  const notes: string[] = [];
  let passed = 0;
  let failed = 0;
  for (const file of report?.testResults ?? []) {
    let failedHere = 0;
    for (const test of file.assertionResults) {
      if (test.status === 'passed') passed += 1;
      else if (test.status === 'failed') failedHere += 1;
      else if (options.strict) {
        failedHere += 1;
        notes.push(`skipped, counted as failed: ${file.name}: ${test.fullName}`);
      } else notes.push(`skipped: ${file.name}: ${test.fullName}`);
    }
    if (file.status !== 'passed' && failedHere === 0) {
      failedHere = 1;
      notes.push(
        `failed as a whole: ${file.name}${file.message && `: ${firstLine(file.message)}`}`,
      );
    }
    failed += failedHere;
  }
  if (report === null) notes.push('the run left no report: it crashed or was stopped');
  if (options.exitCode !== 0 && failed === 0) {
    failed = 1;
    notes.push(`the run itself failed with exit code ${options.exitCode}`);
  }
  if (passed + failed === 0) {
    failed = 1;
    notes.push('no test ran');
  }
  return { passed, failed, notes };
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}
