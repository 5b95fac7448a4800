import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runCommand } from './run-command.ts';

/*
 * Repeats the delivery scenarios, and many runs in the sandbox, with new seeds for a given time:
 *
 *   npm run soak -- --minutes 30
 *   npm run soak -- --seed 1234 --scenarios kills
 *   npm run soak -- --scenarios sandbox --runs 200
 *
 * Stops at the first broken promise, and says how to play it again.
 */
const folder = 'packages/server-kit/test/delivery';
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    /** Of each delivery scenario. */
    requests: { type: 'string', default: '10000' },
    /** Of each round in the sandbox, twenty at a time. */
    runs: { type: 'string', default: '200' },
    /** The first seed; the following ones count up. */
    seed: { type: 'string', default: `${randomInt(1, 2 ** 31)}` },
    scenarios: {
      type: 'string',
      default: 'cuts,halfOpen,duplicates,reordered,kills,shortLog,outage,outageBeyondEnd,sandbox',
    },
  },
});
const names = values.scenarios.split(',');
const endsAt = Date.now() + Number(values.minutes) * 60_000;
let seed = Number(values.seed);
let played = 0;
let failed = 0;

console.log(`soak for ${values.minutes} min from seed ${seed}`);
while (failed === 0 && (played === 0 || Date.now() < endsAt)) {
  for (const name of names) {
    if (failed > 0 || (played > 0 && Date.now() >= endsAt)) break;
    const arguments_ = ['--conditions=ide-assistant-source', ...argumentsOf(name)];
    const { code, output } = await runCommand('node', arguments_, { output: 'keep' });
    const report = readReport(output);
    played += 1;
    if (code === 0 && report?.violations.length === 0) {
      console.log(`${name} seed ${seed}: ${JSON.stringify(report.figures)}`);
      continue;
    }
    failed += 1;
    console.log(`${name} seed ${seed} broke a promise:\n${output}`);
    console.log(`again: node ${arguments_.join(' ')}`);
  }
  seed += 1;
}
console.log(`${played - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function argumentsOf(name: string): string[] {
  if (name === 'sandbox') {
    const file = 'packages/server-kit/test/sandbox/soak-runs.ts';
    return [file, '--seed', `${seed}`, '--requests', values.runs];
  }
  return [
    ...['--expose-gc', '--import', `./${folder}/mutate.ts`],
    ...[`${folder}/run-scenario.ts`, '--scenario', name, '--seed', `${seed}`],
    ...['--requests', values.requests],
  ];
}

function readReport(
  output: string,
): { violations: string[]; figures: Record<string, number> } | null {
  try {
    return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as never;
  } catch {
    // The process ended without its report, and the output tells why.
    return null;
  }
}
