import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { mutants, type MutantName } from './mutants/index.ts';
import type { Report } from './report.ts';
import type { ScenarioName } from './scenarios/index.ts';

/** What a played scenario has found. */
export type Findings = Pick<Report, 'violations' | 'figures'>;

const folder = new URL('.', import.meta.url);
const file = (name: string) => fileURLToPath(new URL(name, folder));

/**
 * Plays a scenario in a process of its own, with a fault in our code if one is named.
 *
 * @throws When the scenario could not be played to its end, as when the mutant fits its source no more.
 */
export async function play(
  scenario: ScenarioName,
  options: { seed?: number; requests?: number; stallMs?: number; mutant?: MutantName } = {},
): Promise<Findings> {
  const { seed = 1, requests = 10_000, stallMs = 60_000, mutant } = options;
  const output = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      [
        ...['--conditions=ide-assistant-source', '--expose-gc', '--import', file('mutate.ts')],
        // Most of these processes live for a second, in which WebAssembly is not worth optimising.
        '--liftoff-only',
        ...[file('run-scenario.ts'), '--scenario', scenario, '--seed', `${seed}`],
        ...['--requests', `${requests}`, '--stall', `${stallMs}`],
        // All that a fault has to show is that it is found.
        ...(mutant === undefined ? [] : ['--first']),
      ],
      {
        env: { ...process.env, ...(mutant === undefined ? {} : { IDE_MUTANT: mutant }) },
        maxBuffer: 64 * 2 ** 20,
      },
      (error, stdout, stderr) => {
        if (!error) resolve(stdout);
        else reject(new Error(`${scenario}: ${error.message}\n${stderr.slice(-4_000)}`));
      },
    );
  });
  return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as Findings;
}

/** Plays a scenario with a fault, and tells what it found. */
export function playMutant(
  scenario: ScenarioName,
  mutant: MutantName,
  options: { seed?: number; requests?: number } = {},
): Promise<Findings> {
  if (!(mutant in mutants)) throw new Error(`There is no mutant “${mutant}”.`);
  return play(scenario, { requests: 600, stallMs: 5_000, ...options, mutant });
}
