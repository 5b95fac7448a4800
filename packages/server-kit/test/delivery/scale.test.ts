import { describe, expect, test } from 'vitest';
import type { MutantName } from './mutants/index.ts';
import { play, playMutant } from './play.ts';
import type { ScenarioName } from './scenarios/index.ts';

test('F16: of a thousand clients whose server restarts at most 8 % come back within a tenth of a second', async () => {
  const { violations, figures } = await play('herd');
  expect(violations).toEqual([]);
  expect(figures['peak']).toBeLessThanOrEqual(80);
});

test('F16: after a crash, where nobody can be told when to come back, all come back', async () => {
  const { violations } = await play('herdAfterCrash');
  expect(violations).toEqual([]);
});

test.each(['slowStream', 'slowEvents'] as const)(
  'F17: who reads nothing costs the server little memory and the others nothing (%s)',
  async (scenario) => {
    const { violations } = await play(scenario);
    expect(violations).toEqual([]);
  },
);

test('F19: components that are mounted, unmounted and mounted again have one connection', async () => {
  const { violations } = await play('doubleMount');
  expect(violations).toEqual([]);
});

test.each(['openClose', 'openCloseSessions', 'reopen'] as const)(
  'F20: ten thousand times open and closed leave nothing behind on either side (%s)',
  async (scenario) => {
    const { violations } = await play(scenario, { requests: 10_000 });
    expect(violations).toEqual([]);
  },
);

describe.each([
  ['F16', 'herd', 600, ['client ignores when it was told to come back']],
  ['F17', 'slowStream', 600, ['stream does not wait for a slow reader']],
  [
    'F17',
    'slowEvents',
    600,
    ['server keeps whatever a client does not read', 'log keeps the texts that it has dropped'],
  ],
  ['F19', 'doubleMount', 600, ['client closes as soon as nobody retains it']],
  [
    'F20',
    'openClose',
    3_000,
    ['client never stops watching its environment', 'server keeps connections that have gone'],
  ],
] as const satisfies readonly [string, ScenarioName, number, readonly MutantName[]][])(
  '%s: %s',
  (_number, scenario, requests, found) => {
    test.each(found)('would show it if the %s', async (mutant) => {
      const { violations } = await playMutant(scenario, mutant, { requests });
      expect(violations).not.toEqual([]);
    });
  },
);
