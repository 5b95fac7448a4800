import { describe, expect, test } from 'vitest';
import { play, playMutant } from './play.ts';

describe('F16: a thousand clients that lose their server', () => {
  test('come back spread over time after a restart, at most 8 % in a tenth of a second', async () => {
    const { violations, figures } = await play('herd');
    expect(violations).toEqual([]);
    expect(figures['peak']).toBeLessThanOrEqual(80);
  });

  test('would show it if the client ignores when it was told to come back', async () => {
    const mutant = 'client ignores when it was told to come back';
    expect((await playMutant('herd', mutant)).violations).not.toEqual([]);
  });

  test('all come back after a crash', async () => {
    const { violations } = await play('herdAfterCrash');
    expect(violations).toEqual([]);
  });
});

describe('F17: a session with a reader that reads nothing', () => {
  test.each(['slowStream', 'slowEvents'] as const)(
    'tells the others everything in bounded memory, and closes the slow one (%s)',
    async (scenario) => {
      const { violations, figures } = await play(scenario);
      expect(violations).toEqual([]);
      expect(figures['received']).toBe(800);
    },
  );

  test.each([
    ['slowStream', 'stream does not wait for a slow reader'],
    ['slowStream', 'log keeps the texts that it has dropped'],
    ['slowEvents', 'server keeps whatever a client does not read'],
  ] as const)('would show it in %s if the %s', async (scenario, mutant) => {
    expect((await playMutant(scenario, mutant)).violations).not.toEqual([]);
  });
});

describe('F20: connections that are opened and closed, each in a session of its own', () => {
  test('leave no memory, timer, listener, connection or session behind', async () => {
    const { violations, figures } = await play('openCloseSessions', { requests: 5_000 });
    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ cycles: 5_000, connections: 0 });
  });
});
