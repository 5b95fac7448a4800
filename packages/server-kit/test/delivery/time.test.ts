import { describe, expect, test } from 'vitest';
import type { MutantName } from './mutants/index.ts';
import { play, playMutant } from './play.ts';
import type { ScenarioName } from './scenarios/index.ts';

test('F12: a stream outlasts ten tokens, each renewed in band, on one socket', async () => {
  const { violations, figures } = await play('tokenRenewed');
  expect(violations).toEqual([]);
  expect(figures).toMatchObject({ renewals: 10, words: 240, sockets: 1 });
});

test('F12: a stream whose token could not be renewed in time goes on after the refusal, with a new one', async () => {
  const { violations, figures } = await play('tokenRefused');
  expect(violations).toEqual([]);
  expect(figures).toMatchObject({ words: 240, sockets: 2 });
});

test('F12: a new token that is handed over in mid-stream never closes it, nor does a stranger’s', async () => {
  const { violations, figures } = await play('tokenHandedOver');
  expect(violations).toEqual([]);
  expect(figures).toMatchObject({ words: 240, sockets: 1 });
});

test('F13: after each close code a request is answered once, or rejected with a clear code for good', async () => {
  const { violations, figures } = await play('closeCodes');
  expect(violations).toEqual([]);
  expect(figures['codes']).toBe(15);
});

test('F13: each code that the kit closes with by itself means to the client what it says', async () => {
  const { violations, figures } = await play('closedByKit');
  expect(violations).toEqual([]);
  expect(figures['codes']).toBe(12);
});

test.each([
  ['three seconds after the wake, when its timers have run out in the sleep', 'sleepOverdueTimer'],
  ['three seconds after the page tells it of the wake', 'sleepWakeEvent'],
  ['three seconds after its next look at the socket, when nobody tells it', 'sleepNoEvent'],
] as const)(
  'F14: a client knows that its socket died in a ten-minute sleep %s, and misses nothing',
  async (_when, scenario) => {
    const { violations, figures } = await play(scenario);
    expect(violations).toEqual([]);
    expect(figures['sockets']).toBe(2);
  },
);

test('F14: a socket that survived a ten-minute sleep is kept', async () => {
  const { violations, figures } = await play('sleepSurvived');
  expect(violations).toEqual([]);
  expect(figures['sockets']).toBe(1);
});

test('F15: a tab whose timers fire once a minute stays connected for an hour and hears all at once', async () => {
  const { violations, figures } = await play('hiddenTab');
  expect(violations).toEqual([]);
  expect(figures).toMatchObject({ published: 180, sockets: 1 });
});

test('F15: a tab that gets to run only once a minute stays connected for an hour', async () => {
  const { violations, figures } = await play('stalledTab');
  expect(violations).toEqual([]);
  expect(figures).toMatchObject({ sockets: 1 });
});

test('F15: a hidden tab that lost its socket comes back when somebody looks at it, and not before', async () => {
  const { violations, figures } = await play('hiddenTabCut');
  expect(violations).toEqual([]);
  expect(figures['sockets']).toBe(2);
});

describe.concurrent.each([
  [
    'F12',
    'tokenRenewed',
    ['server keeps the old identity after a renewal', 'client lets its token end'],
  ],
  [
    'F12',
    'tokenRefused',
    ['client takes the first refusal for final', 'server ends a token without grace'],
  ],
  ['F12', 'tokenHandedOver', ['server closes whoever brings a new token']],
  [
    'F13',
    'closeCodes',
    [
      'client comes back after every code',
      'client gives up after every 44xx',
      'client does not read how long it is to wait',
      'client waits before it meets a restart',
      'client spares an overloaded server nothing',
      'client renews a refused token for ever',
      'client does not send again',
    ],
  ],
  [
    'F13',
    'closedByKit',
    [
      'client comes back after every code',
      'server keeps both connections of a single one',
      'server cancels what its end cuts off',
    ],
  ],
  ['F14', 'sleepOverdueTimer', ['client never looks after its socket']],
  ['F14', 'sleepNoEvent', ['client never looks after its socket']],
  ['F14', 'sleepWakeEvent', ['client does not look after its socket at a wake']],
  [
    'F14',
    'sleepSurvived',
    ['client takes every sleep for a loss', 'client does not hear the answer to its ping'],
  ],
  ['F15', 'hiddenTab', ['client takes a late timer for a silent server']],
  ['F15', 'stalledTab', ['server allows throttled tabs no minute']],
  [
    'F15',
    'hiddenTabCut',
    ['client retries where nobody looks', 'client stays away though somebody looks'],
  ],
] as const satisfies readonly [string, ScenarioName, readonly MutantName[]][])(
  '%s: %s',
  (_number, scenario, found) => {
    test.each(found)('would show it if the %s', async (mutant) => {
      expect((await playMutant(scenario, mutant)).violations).not.toEqual([]);
    });
  },
);
