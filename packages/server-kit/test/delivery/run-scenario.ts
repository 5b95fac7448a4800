import { parseArgs } from 'node:util';
import { seededRandom } from './faults/random.ts';
import { createReport } from './report.ts';
import { scenarios, type ScenarioName } from './scenarios/index.ts';

/*
 * Plays one scenario in this process and writes its report as the last line of the output. Exit code 0
 * means that it was played to its end, or to its first violation, whatever it found.
 */
const { values } = parseArgs({
  options: {
    scenario: { type: 'string' },
    seed: { type: 'string', default: '1' },
    requests: { type: 'string', default: '10000' },
    stall: { type: 'string', default: '30000' },
    /** Whether the first violation is the end of it. */
    first: { type: 'boolean', default: false },
  },
});
const found = Promise.withResolvers<void>();
const report = createReport(() => values.first && found.resolve());
const seed = Number(values.seed);
const ends: (() => Promise<unknown> | void)[] = [];
const crashed = Promise.withResolvers<never>();
process.on('uncaughtException', (error) => crashed.reject(error));

const scenario = await scenarios[values.scenario as ScenarioName]();
try {
  await Promise.race([
    found.promise,
    scenario({
      seed,
      report,
      random: seededRandom(seed),
      requests: Number(values.requests),
      stallMs: Number(values.stall),
      onEnd: (end) => ends.push(end),
    }),
    crashed.promise,
  ]);
} catch (error) {
  report.violation(`crashed: ${(error as Error).stack}`);
}
for (const end of ends.reverse()) {
  try {
    await end();
  } catch (error) {
    // What was broken off may still be at work on what is to end here.
    if (!values.first || report.violations.length === 0) throw error;
  }
}
process.stdout.write(`\n${JSON.stringify({ ...report })}\n`);
process.exit(0);
