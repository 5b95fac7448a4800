import { describe, expect, test } from 'vitest';
import { play, playMutant } from './play.ts';

describe('F2: a connection that is cut at every single byte of a request and of its answer', () => {
  test('has each effect once and brings each reply', async () => {
    const { violations, figures } = await play('everyByte');
    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ lost: 0, doubled: 0 });
    // A request of some hundred bytes; five events and the reply of together more than a thousand.
    expect(figures['cut up']).toBeGreaterThan(90);
    expect(figures['cut down']).toBeGreaterThan(1_000);
  });

  test.each(['client does not send again', 'server forgets outcomes'] as const)(
    'would show it if the %s',
    async (mutant) => {
      const { violations } = await playMutant('everyByte', mutant, { requests: 40 });
      expect(violations).not.toEqual([]);
    },
  );
});

describe('F7: a server that comes back without its store', () => {
  test('runs nothing again, and the client goes on', async () => {
    const { violations, figures } = await play('lostStore');
    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ lost: 0, doubled: 0, done: 13, 'ended as interrupted': 16 });
  });

  test.each([
    'server does not say that it has forgotten',
    'client does not heed that the server has forgotten',
  ] as const)('would show it if the %s', async (mutant) => {
    expect((await playMutant('lostStore', mutant)).violations).not.toEqual([]);
  });
});

describe('F18: frames that are malformed, too large or unknown', () => {
  test('are refused by the server, which lives and serves the others', async () => {
    const { violations, figures } = await play('malformed');
    expect(violations).toEqual([]);
    expect(figures['frames']).toBeGreaterThan(60);
    expect(figures['bytes']).toBeGreaterThan(30);
    expect(figures['mutations']).toBeGreaterThanOrEqual(20_000);
  });

  test.each([
    'server without its guard against what is no JSON',
    'server takes any request id',
    'server gives back whatever it is told to be a time',
    'server loses what comes before it listens',
  ] as const)('would show it if the %s', async (mutant) => {
    expect((await playMutant('malformed', mutant)).violations).not.toEqual([]);
  });

  test('are survived by the client, whose requests are answered', async () => {
    const { violations, figures } = await play('malformedToClient');
    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ lost: 0, doubled: 0 });
    expect(figures['frames']).toBeGreaterThan(60);
    expect(figures['mutations']).toBeGreaterThanOrEqual(2_000);
  });

  test('would show it if the client without its guard against what is no message', async () => {
    const mutant = 'client without its guard against what is no message';
    expect((await playMutant('malformedToClient', mutant)).violations).not.toEqual([]);
  });
});
