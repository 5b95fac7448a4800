/**
 * The same random cuts for five clients: what is lost, done twice and missed. A TCP proxy ends each
 * connection at a random byte; meanwhile requests run and the server pushes numbered messages.
 */
import { ideAssistant } from './clients/ide-assistant.ts';
import { reconnecting } from './clients/reconnecting.ts';
import { inFlight, runLoad, type Outcome } from './clients/run-load.ts';
import { socketIo } from './clients/socket-io.ts';

const requests = Number(process.env['BENCH_REQUESTS'] ?? 1_000);
const seeds = (process.env['BENCH_SEEDS'] ?? '1,2,3').split(',').map(Number);

console.log(`${requests} requests, ${inFlight} in flight, seeds ${seeds.join(' / ')}\n`);
console.log('| Client | Cuts | Lost | Doubled | Missed | Seconds |');
console.log('| --- | --- | --- | --- | --- | --- |');
const failures: string[] = [];
for (const contestant of [ideAssistant, socketIo, ...reconnecting]) {
  const outcomes: Outcome[] = [];
  // One after another: beside each other they would slow each other's answers into a retry.
  for (const seed of seeds) outcomes.push(await runLoad(contestant, seed, requests));
  console.log(rowOf(contestant.name, outcomes));
  if (contestant === ideAssistant) failures.push(...failuresOf(outcomes));
}
for (const failure of failures) console.log(failure);
process.exitCode = failures.length === 0 ? 0 : 1;

function rowOf(name: string, outcomes: readonly Outcome[]): string {
  const columns: ((outcome: Outcome) => number | string)[] = [
    ({ cuts }) => cuts,
    ({ lost }) => lost,
    ({ doubled }) => doubled,
    ({ missed }) => missed,
    ({ seconds }) => seconds.toFixed(1),
  ];
  const cells = columns.map((column) => outcomes.map(column).join(' / '));
  return `| ${[name, ...cells].join(' | ')} |`;
}

/** What our row owes: nothing lost, nothing doubled, nothing missed, under any seed. */
function failuresOf(outcomes: readonly Outcome[]): string[] {
  return outcomes
    .filter(({ lost, doubled, missed }) => lost > 0 || doubled > 0 || missed > 0)
    .map(({ seed, lost, doubled, missed, reasons }) =>
      [
        `ours, seed ${seed}: ${lost} lost, ${doubled} doubled, ${missed} missed (goal 0, 0, 0)`,
        ...reasons,
      ].join('\n  '),
    );
}
