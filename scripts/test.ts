import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCommand, installAdvice, provision } from './provision.ts';
import { runCommand } from './run-command.ts';
import { summarizeTests, type TestReport } from './test-summary.ts';

// In CI nobody reads a warning: what was not tested there has failed.
const strict = process.env['CI'] === 'true';

const { found, missing } = await provision();
for (const { name, neededFor } of missing) {
  console.log(`${name} is missing: ${neededFor} cannot be tested`);
}
if (missing.length > 0) {
  console.log(`To install: ${installAdvice(missing, findCommand('apt-get') !== undefined)}\n`);
}

const folder = mkdtempSync(join(tmpdir(), 'ide-assistant-test-'));
const reportFile = join(folder, 'report.json');
const chromium = found.get('chromium');
const { code } = await runCommand(
  'vitest',
  [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
    ...process.argv.slice(2),
  ],
  {
    env: {
      ...process.env,
      // Hundreds of the tests start a server of their own, and all of them from the same sources.
      NODE_COMPILE_CACHE: join(folder, 'compiled'),
      ...(chromium === undefined ? {} : { CHROMIUM_PATH: chromium }),
    },
  },
);

const summary = summarizeTests(readReport(reportFile), { exitCode: code, strict });
rmSync(folder, { recursive: true, force: true });
for (const note of summary.notes) console.log(note.replaceAll(`${process.cwd()}/`, ''));

let { failed } = summary;
if (strict) {
  for (const { name } of missing) console.log(`missing, counted as failed: ${name}`);
  failed += missing.length;
}
console.log(`${summary.passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function readReport(file: string): TestReport | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as TestReport;
  } catch {
    // A crash leaves no report, or half of one.
    return null;
  }
}
