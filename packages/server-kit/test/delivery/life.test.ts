import { describe, expect, test } from 'vitest';
import { play, playMutant } from './play.ts';

describe('F19: components that are mounted, unmounted and mounted again', () => {
  test('have one connection, which ends after the last of them', async () => {
    const { violations } = await play('doubleMount');
    expect(violations).toEqual([]);
  });

  test('would show it if the client closes as soon as nobody retains it', async () => {
    const found = await playMutant('doubleMount', 'client closes as soon as nobody retains it');
    expect(found.violations).not.toEqual([]);
  });
});

describe('F20: ten thousand times open and closed', () => {
  test.each(['openClose', 'reopen'] as const)(
    'leave no memory, timer, listener or connection behind (%s)',
    async (scenario) => {
      const { violations, figures } = await play(scenario, { requests: 10_000 });
      expect(violations).toEqual([]);
      expect(figures).toMatchObject({ cycles: 10_000, connections: 0 });
    },
  );

  test.each([
    'client never stops watching its environment',
    'server keeps connections that have gone',
  ] as const)('would show it if the %s', async (mutant) => {
    const { violations } = await playMutant('openClose', mutant);
    expect(violations).not.toEqual([]);
  });
});
