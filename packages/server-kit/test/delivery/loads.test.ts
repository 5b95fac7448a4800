import { describe, expect, test } from 'vitest';
import type { MutantName } from './mutants/index.ts';
import { play, playMutant } from './play.ts';
import type { ScenarioName } from './scenarios/index.ts';

const modes: [string, ScenarioName, number, MutantName[]][] = [
  [
    'F1: connections cut at random bytes, both directions',
    'cuts',
    20,
    ['server forgets outcomes', 'client does not send again'],
  ],
  [
    'F3: connections that go silent up, down or both ways',
    'halfOpen',
    20,
    [
      'client waits for ever for an answer to its ping',
      'client takes what it hears for being heard',
    ],
  ],
  [
    'F4: frames that come twice, both directions',
    'duplicates',
    300,
    ['client takes events twice', 'server runs what runs already'],
  ],
  ['F5: frames out of order, both directions', 'reordered', 300, ['client ignores gaps']],
  [
    'F6: the server killed 13 times, its store on disk',
    'kills',
    0,
    ['server does not write down what begins'],
  ],
  [
    'F8: a log shorter than the outage',
    'shortLog',
    20,
    ['server replays what is left of its log', 'snapshot without what runs'],
  ],
];

describe('F8: a stream whose outage missed more events than the server keeps', () => {
  test.each(['outage', 'outageBeyondEnd'] as const)(
    'ends with the text that a reader has who was never cut off (%s)',
    async (scenario) => {
      const { violations, figures } = await play(scenario);
      expect(violations).toEqual([]);
      expect(figures['snapshot parts']).toBeGreaterThan(0);
    },
  );

  test('would show it if the stream ends with its last event', async () => {
    const { violations } = await playMutant('outageBeyondEnd', 'stream ends with its last event');
    expect(violations.join('\n')).toContain('the reader has');
  });
});

describe.each(modes)(
  '10,000 requests with streams and events, %s',
  (_name, scenario, faults, found) => {
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

    test.each(found)('would show it if the %s', async (mutant) => {
      const { violations } = await playMutant(scenario, mutant);
      expect(violations.join('\n')).not.toBe('');
    });
  },
);
