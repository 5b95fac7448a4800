import { expect, test } from 'vitest';
import { summarizeTests, type TestReport } from '../test-summary.ts';

function reportOf(...files: readonly (readonly string[])[]): TestReport {
  return {
    testResults: files.map((statuses, index) => ({
      name: `file-${index}.test.ts`,
      status: statuses.includes('failed') ? 'failed' : 'passed',
      message: '',
      assertionResults: statuses.map((status, test) => ({ status, fullName: `test ${test}` })),
    })),
  };
}

test('counts what passed and what failed over all files', () => {
  const report = reportOf(['passed', 'passed'], ['passed', 'failed']);
  expect(summarizeTests(report, { exitCode: 1, strict: false })).toEqual({
    passed: 3,
    failed: 1,
    notes: [],
  });
});

test('names skipped tests, and counts them as failed only where nobody would read of them', () => {
  const report = reportOf(['passed', 'skipped', 'todo']);
  const local = summarizeTests(report, { exitCode: 0, strict: false });
  expect(local).toMatchObject({ passed: 1, failed: 0 });
  expect(local.notes).toHaveLength(2);
  expect(local.notes[0]).toContain('test 1');
  expect(summarizeTests(report, { exitCode: 0, strict: true })).toMatchObject({
    passed: 1,
    failed: 2,
  });
});

test('counts a file that could not be loaded as one failure', () => {
  const report: TestReport = {
    testResults: [
      {
        name: 'broken.test.ts',
        status: 'failed',
        message: 'no such module\n at',
        assertionResults: [],
      },
    ],
  };
  const summary = summarizeTests(report, { exitCode: 1, strict: false });
  expect(summary).toMatchObject({ passed: 0, failed: 1 });
  expect(summary.notes).toEqual(['failed as a whole: broken.test.ts: no such module']);
});

test('counts a run that ended badly although every test passed', () => {
  const summary = summarizeTests(reportOf(['passed']), { exitCode: 1, strict: false });
  expect(summary).toMatchObject({ passed: 1, failed: 1 });
});

test('counts a run without a report, or without a test, as failed', () => {
  expect(summarizeTests(null, { exitCode: 139, strict: false })).toMatchObject({ failed: 1 });
  expect(summarizeTests(reportOf([]), { exitCode: 0, strict: false })).toMatchObject({ failed: 1 });
});
