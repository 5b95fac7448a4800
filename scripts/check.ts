import { formatSeconds, runCommand } from './run-command.ts';

/** npm scripts in the order in which a mistake is cheapest to hear of. */
const steps = [
  'check:format',
  'check:lint',
  'check:types',
  'check:imports',
  'check:unused',
  'check:protocol',
  'build',
  'check:packages',
  'check:size',
  'check:bundles',
];

const startedAt = performance.now();
for (const step of steps) {
  process.stdout.write(`${step.padEnd(16)}`);
  const { code, output, durationMs } = await runCommand('npm', ['run', '--silent', step], {
    output: 'keep',
  });
  console.log(`${code === 0 ? 'ok  ' : 'RED '}${formatSeconds(durationMs).padStart(8)}`);
  if (code !== 0) {
    console.log(`\n${output.trimEnd()}\n`);
    console.log(`check stopped at ${step} (exit code ${code}). Run it alone: npm run ${step}`);
    process.exit(1);
  }
}
console.log(`check passed in ${formatSeconds(performance.now() - startedAt)}`);
