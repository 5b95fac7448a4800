import { describe, expect, test } from 'vitest';
import type { MutantName } from './mutants/index.ts';
import { play, playMutant } from './play.ts';
import type { ScenarioName } from './scenarios/index.ts';

/** A load that goes through one kind of failure. */
export interface LoadMode {
  name: string;
  scenario: ScenarioName;
  /** How often it must have failed at least. */
  faults: number;
  /** Faults in our code that it must find. */
  finds: readonly MutantName[];
}

/** Tests that nothing is lost or doubled in any of these loads, and that each would show it. */
export function describeLoads(modes: readonly LoadMode[]): void {
  describe.each(modes)(
    '10,000 requests with streams and events, $name',
    ({ scenario, faults, finds }) => {
      test('lose nothing, double nothing, and leave no hole in streams and events', async () => {
        const { violations, figures } = await play(scenario, { requests: 10_000 });
        expect(violations).toEqual([]);
        expect(figures).toMatchObject({ lost: 0, doubled: 0 });
        expect(figures['answered']).toBeGreaterThanOrEqual(10_000);
        expect(figures['streams']).toBeGreaterThan(0);
        expect(figures['faults'] ?? 0).toBeGreaterThanOrEqual(faults);
        if (scenario === 'kills') expect(figures['kills']).toBe(13);
        if (scenario === 'shortLog') expect(figures['snapshots']).toBeGreaterThan(10);
      });

      test.concurrent.each(finds)('would show it if the %s', async (mutant) => {
        const { violations } = await playMutant(scenario, mutant);
        expect(violations.join('\n')).not.toBe('');
      });
    },
  );
}
