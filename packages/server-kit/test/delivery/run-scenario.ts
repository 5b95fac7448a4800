import { parseArgs } from 'node:util';
import { seededRandom } from './faults/random.ts';
import { createReport } from './report.ts';
import { scenarios, type ScenarioName } from './scenarios/index.ts';

/*
 * Plays one scenario in this process and writes its report as the last line of the output. Exit code 0
 * means that it was played to its end, whatever it found.
 */
const { values } = parseArgs({
  options: {
    scenario: { type: 'string' },
    seed: { type: 'string', default: '1' },
    requests: { type: 'string', default: '10000' },
    stall: { type: 'string', default: '30000' },
  },
});
const report = createReport();
const seed = Number(values.seed);
const ends: (() => Promise<unknown> | void)[] = [];
const crashed = Promise.withResolvers<never>();
process.on('uncaughtException', (error) => crashed.reject(error));

const scenario = scenarios[values.scenario as ScenarioName];
try {
  await Promise.race([
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
for (const end of ends.reverse()) await end();
process.stdout.write(`\n${JSON.stringify({ ...report })}\n`);
process.exit(0);
