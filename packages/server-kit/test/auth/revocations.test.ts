import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  createRevocations,
  hostIdentity,
  tokenLifeOf,
  type Identity,
  type Revocation,
} from '../../src/auth/index.ts';
import { openStorage } from '../../src/storage/index.ts';
import { temporaryDirectory } from '../support/start-kit.ts';
import { audience, issuer, secret } from '../support/tokens.ts';

const start = 1_900_000_000_000;
const hour = 3_600_000;

/** Somebody with a token of an hour that was issued at the start. */
function identity(changed: Partial<Identity> = {}): Identity {
  return {
    userId: 'ada',
    roles: [],
    expiresAt: start + hour,
    tokenId: 't1',
    sid: 's1',
    issuedAt: start,
    ...changed,
  };
}

/** Servers on one database, with a clock that the test moves; tokens live for an hour at most. */
async function setUp(maxTokenAgeSeconds: number | undefined = hour / 1_000) {
  const directory = join(await temporaryDirectory(), 'store');
  let now = start;
  const clock = () => now;
  const auth = { secret, issuer, audience };
  const tokenLife = tokenLifeOf(
    maxTokenAgeSeconds > 0 ? { ...auth, maxTokenAgeSeconds } : { ...auth },
  );
  return {
    wait: (ms: number) => {
      now += ms;
    },
    async openServer() {
      const storage = await openStorage({ directory, clock });
      const revocations = await createRevocations({ store: storage.revocations, clock, tokenLife });
      return Object.assign(revocations, { store: storage.revocations, stop: storage.close });
    },
  };
}

describe('a revocation', () => {
  test.each<[string, Revocation, Partial<Identity>]>([
    ['of a token leaves the user’s other tokens', { jti: 't1' }, { tokenId: 't2' }],
    ['of a sign-in leaves the user’s other sign-ins', { sid: 's1' }, { sid: 's2' }],
    ['of a user leaves other users', { subject: 'ada' }, { userId: 'bob' }],
    ['of a user leaves what was issued later', { subject: 'ada' }, { issuedAt: start + 1 }],
  ])('%s', async (_what, revocation, other) => {
    const server = await (await setUp()).openServer();
    expect(server.isRevoked(identity())).toBe(false);
    await server.revoke(revocation);
    expect(server.isRevoked(identity())).toBe(true);
    expect(server.isRevoked(identity(other))).toBe(false);
    await server.stop();
  });

  test('of a sign-in holds for tokens that are issued later', async () => {
    const server = await (await setUp()).openServer();
    await server.revoke({ sid: 's1' });
    expect(server.isRevoked(identity({ tokenId: 't9', issuedAt: start + 1_000 }))).toBe(true);
    expect(server.isRevoked(identity({ sid: null }))).toBe(false);
    await server.stop();
  });

  test('of a user takes what was issued at the very moment, and what does not say when', async () => {
    const server = await (await setUp()).openServer();
    const before = start - 5_000;
    await server.revoke({ subject: 'ada', before });
    expect(server.isRevoked(identity({ issuedAt: before }))).toBe(true);
    expect(server.isRevoked(identity({ issuedAt: before + 1 }))).toBe(false);
    expect(server.isRevoked(identity({ issuedAt: null }))).toBe(true);
    await server.stop();
  });

  test('of a user is not taken back by an earlier one', async () => {
    const server = await (await setUp()).openServer();
    await server.revoke({ subject: 'ada' });
    await server.revoke({ subject: 'ada', before: start - hour });
    expect(server.isRevoked(identity())).toBe(true);
    await server.stop();
  });

  test('of a user holds for whom the host let in before, and not after', async () => {
    const { openServer } = await setUp();
    const server = await openServer();
    const known = (at: number) => hostIdentity({ id: 'ada', roles: [] }, at);
    await server.revoke({ subject: 'ada' });
    expect(server.isRevoked(known(start - 1))).toBe(true);
    expect(server.isRevoked(known(start + 1))).toBe(false);
    await server.stop();
  });

  test('does not confuse a token, a sign-in and a user of the same name', async () => {
    const server = await (await setUp()).openServer();
    await server.revoke({ jti: 'ada' });
    await server.revoke({ sid: 't1' });
    await server.revoke({ subject: 's1' });
    expect(server.isRevoked(identity())).toBe(false);
    await server.stop();
  });

  test.each<[string, object]>([
    ['names nothing', {}],
    ['names two things', { jti: 't1', sid: 's1' }],
    ['names an empty text', { subject: '' }],
    ['names no text', { jti: 7 }],
    ['gives its time in seconds', { subject: 'ada', before: start / 1_000 }],
    ['gives the end of its token in seconds', { jti: 't1', expiresAt: start / 1_000 }],
    ['has a time that is none', { subject: 'ada', before: Number.NaN }],
    ['has no end', { subject: 'ada', before: Infinity }],
  ])('is refused when it %s', async (_what, revocation) => {
    const server = await (await setUp()).openServer();
    await expect(server.revoke(revocation as Revocation)).rejects.toMatchObject({
      code: 'REVOCATION_INVALID',
    });
    expect(server.size).toBe(0);
    await server.stop();
  });
});

test('it is in force before it is stored, and those who listen hear of it at once', async () => {
  const server = await (await setUp()).openServer();
  const heard: boolean[] = [];
  const unbind = server.onRevoked(() => heard.push(server.isRevoked(identity())));
  const revoked = server.revoke({ jti: 't1' });
  expect(heard).toEqual([true]);
  await revoked;
  unbind();
  await server.revoke({ sid: 's1' });
  expect(heard).toEqual([true]);
  await server.stop();
});

test('what cannot be stored is refused here even so, and its host told', async () => {
  const server = await (await setUp()).openServer();
  await server.stop();
  await expect(server.revoke({ jti: 't1' })).rejects.toThrow(/./);
  expect(server.isRevoked(identity())).toBe(true);
});

test('a failing listener does not keep it from being stored', async () => {
  const { openServer } = await setUp();
  const server = await openServer();
  server.onRevoked(() => {
    throw new Error('a listener failed');
  });
  await expect(server.revoke({ jti: 't1' })).rejects.toThrow('a listener failed');
  const restarted = await openServer();
  expect(restarted.isRevoked(identity())).toBe(true);
  await Promise.all([server.stop(), restarted.stop()]);
});

test('it outlives a restart', async () => {
  const { openServer } = await setUp();
  const server = await openServer();
  await server.revoke({ jti: 't1' });
  await server.revoke({ sid: 's2' });
  await server.revoke({ subject: 'eve' });
  await server.stop();
  const restarted = await openServer();
  expect(restarted.size).toBe(3);
  expect(restarted.isRevoked(identity())).toBe(true);
  expect(restarted.isRevoked(identity({ tokenId: null, sid: 's2' }))).toBe(true);
  expect(restarted.isRevoked(identity({ userId: 'eve', tokenId: null, sid: null }))).toBe(true);
  expect(restarted.isRevoked(identity({ userId: 'bob', tokenId: 't2' }))).toBe(false);
  await restarted.stop();
});

describe('servers on one database', () => {
  test('agree after a refresh, and listeners hear of it once', async () => {
    const { openServer } = await setUp();
    const [here, there] = [await openServer(), await openServer()];
    let heard = 0;
    there.onRevoked(() => (heard += 1));
    await here.revoke({ subject: 'ada' });
    expect(there.isRevoked(identity())).toBe(false);
    await Promise.all([there.refresh(), there.refresh()]);
    expect(there.isRevoked(identity())).toBe(true);
    await there.refresh();
    expect(heard).toBe(1);
    await here.refresh();
    await Promise.all([here.stop(), there.stop()]);
  });

  test('see one whose place in the order is older than what they have read', async () => {
    const { openServer } = await setUp();
    const { store, stop } = await openServer();
    await store.append({ kind: 'jti', value: 't1', until: 0, forgetAt: null });
    await store.append({ kind: 'jti', value: 't2', until: 0, forgetAt: null });
    let isCommitted = false;
    const there = await createRevocations({
      store: {
        ...store,
        async readFrom(position) {
          const { records, last } = await store.readFrom(position);
          return { records: records.filter(({ value }) => isCommitted || value !== 't1'), last };
        },
      },
      tokenLife: { maxAgeMs: null, toleranceMs: 0 },
    });
    expect(there.isRevoked(identity())).toBe(false);
    isCommitted = true;
    await there.refresh();
    expect(there.isRevoked(identity())).toBe(true);
    await stop();
  });

  test('see each one of many', async () => {
    const { openServer } = await setUp();
    const [here, there] = [await openServer(), await openServer()];
    for (let count = 0; count < 600; count += 1) {
      await here.revoke({ jti: `h${count}` });
      if (count % 100 === 0) await there.refresh();
      if (count % 3 === 0) await there.revoke({ jti: `t${count}` });
    }
    await Promise.all([here.refresh(), there.refresh()]);
    expect([here.size, there.size]).toEqual([800, 800]);
    await Promise.all([here.stop(), there.stop()]);
  });
});

describe('an entry is forgotten', () => {
  test('of a token with a known end, once that and the tolerance have passed', async () => {
    const { openServer, wait } = await setUp();
    const server = await openServer();
    await server.revoke({ jti: 't1', expiresAt: start + 60_000 });
    wait(60_000 + 4_999);
    await server.prune();
    expect(server.isRevoked(identity())).toBe(true);
    wait(1);
    await server.prune();
    expect(server.size).toBe(0);
    expect((await server.store.readFrom(0)).records).toEqual([]);
    await server.stop();
  });

  test('of anything else, once the oldest token that it could mean has ended', async () => {
    const { openServer, wait } = await setUp();
    const server = await openServer();
    await server.revoke({ jti: 't1' });
    await server.revoke({ sid: 's1' });
    await server.revoke({ subject: 'ada' });
    wait(hour + 9_999);
    await server.prune();
    expect(server.size).toBe(3);
    wait(1);
    await server.prune();
    expect(server.size).toBe(0);
    const restarted = await openServer();
    expect(restarted.size).toBe(0);
    await Promise.all([server.stop(), restarted.stop()]);
  });

  test('by every server, also one that has read it again', async () => {
    const { openServer, wait } = await setUp();
    const [here, there] = [await openServer(), await openServer()];
    await here.revoke({ jti: 't1' });
    wait(2 * hour);
    await there.refresh();
    await there.prune();
    await there.refresh();
    expect(there.size).toBe(0);
    await Promise.all([here.stop(), there.stop()]);
  });

  test('never, where a token may live for any time', async () => {
    const { openServer, wait } = await setUp(0);
    const server = await openServer();
    await server.revoke({ subject: 'ada' });
    wait(1_000 * 24 * hour);
    await server.prune();
    expect(server.isRevoked(identity())).toBe(true);
    await server.stop();
  });
});
