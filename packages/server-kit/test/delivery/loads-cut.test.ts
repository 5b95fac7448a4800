import { describe, expect, test } from 'vitest';
import { describeLoads } from './describe-loads.ts';
import { play, playMutant } from './play.ts';

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

describeLoads([
  {
    name: 'F1: connections cut at random bytes, both directions',
    scenario: 'cuts',
    faults: 20,
    finds: ['server forgets outcomes', 'client does not send again'],
  },
  {
    name: 'F3: connections that go silent up, down or both ways',
    scenario: 'halfOpen',
    faults: 20,
    finds: [
      'client waits for ever for an answer to its ping',
      'client takes what it hears for being heard',
    ],
  },
  {
    name: 'F8: a log shorter than the outage',
    scenario: 'shortLog',
    faults: 20,
    finds: ['server replays what is left of its log', 'snapshot without what runs'],
  },
]);
