import { describe, expect, test } from 'vitest';
import type { MutantName } from './mutants/index.ts';
import { play, playMutant } from './play.ts';
import type { ScenarioName } from './scenarios/index.ts';

test('F2: a connection that is cut at any byte of a request or of its reply costs nothing', async () => {
  const { violations } = await play('everyByte');
  expect(violations).toEqual([]);
});

test('F7: what was sent to a server that has lost its store ends as interrupted and is not run again', async () => {
  const { violations } = await play('lostStore');
  expect(violations).toEqual([]);
});

test('F18: a server takes malformed, oversize and unknown frames for what they are, and serves the others', async () => {
  const { violations } = await play('malformed');
  expect(violations).toEqual([]);
});

test('F18: a client survives what no server should say, and has its requests answered', async () => {
  const { violations } = await play('malformedToClient');
  expect(violations).toEqual([]);
});

describe.each([
  ['F2', 'everyByte', ['client does not send again', 'server forgets outcomes']],
  [
    'F7',
    'lostStore',
    [
      'server does not say that it has forgotten',
      'client does not heed that the server has forgotten',
    ],
  ],
  [
    'F18',
    'malformed',
    [
      'server without its guard against what is no JSON',
      'server takes any request id',
      'server gives back whatever it is told to be a time',
      'server loses what comes before it listens',
    ],
  ],
  ['F18', 'malformedToClient', ['client without its guard against what is no message']],
] as const satisfies readonly [string, ScenarioName, readonly MutantName[]][])(
  '%s: %s',
  (_number, scenario, found) => {
    test.each(found)('would show it if the %s', async (mutant) => {
      expect((await playMutant(scenario, mutant)).violations).not.toEqual([]);
    });
  },
);
