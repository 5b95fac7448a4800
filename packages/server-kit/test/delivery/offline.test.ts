import { describe, expect, test } from 'vitest';
import type { MutantName } from './mutants/index.ts';
import { play, playMutant } from './play.ts';
import type { ScenarioName } from './scenarios/index.ts';

test.each([1, 2])(
  'F9: a page that is reloaded has all done that it asked for, once and under the same ids (seed %i)',
  async (seed) => {
    const { violations, figures } = await play('reload', { seed });
    expect(violations).toEqual([]);
    expect(figures['reloads']).toBe(12);
    expect(figures['restored']).toBeGreaterThan(30);
  },
);

test.each([1, 2])(
  'F10: two tabs that find the same requests have them done once, beside one that still waits (seed %i)',
  async (seed) => {
    const { violations, figures } = await play('tabs', { seed });
    expect(violations).toEqual([]);
    expect(figures['restored']).toBeGreaterThan(20);
    expect(figures['survivors']).toBeGreaterThan(0);
  },
);

test('F11: what has waited in a client for more than a day is rejected as expired and never sent', async () => {
  const { violations, figures } = await play('expiredQueue');
  expect(violations).toEqual([]);
  expect(figures).toMatchObject({ expired: 3, done: 4 });
});

test('F11: what an earlier page left more than a day ago is rejected and never sent', async () => {
  const { violations, figures } = await play('expiredStored');
  expect(violations).toEqual([]);
  expect(figures).toMatchObject({ rejected: 4, done: 2 });
});

describe.concurrent.each([
  [
    'F9',
    'reload',
    [
      'page repeats requests under new ids',
      'page is a new client each time',
      'page keeps nothing',
      'server forgets outcomes',
    ],
  ],
  ['F10', 'tabs', ['page is a new client each time', 'server runs what runs already']],
  [
    'F11',
    'expiredQueue',
    ['client sends what is too old', 'client tells nobody that a request waits too long'],
  ],
  [
    'F11',
    'expiredStored',
    ['page sends what is too old', 'client counts the age of a repeated request anew'],
  ],
] as const satisfies readonly [string, ScenarioName, readonly MutantName[]][])(
  '%s: %s',
  (_number, scenario, found) => {
    test.each(found)('would show it if the %s', async (mutant) => {
      expect((await playMutant(scenario, mutant)).violations).not.toEqual([]);
    });
  },
);
