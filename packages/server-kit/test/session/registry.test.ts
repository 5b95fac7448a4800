import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createAddressOf, type Identity } from '../../src/auth/index.ts';
import { limitsWith } from '../../src/limits.ts';
import { silentLogger } from '../../src/logger.ts';
import { closeParts, openParts } from '../../src/open-parts.ts';
import { createSessionRegistry, type SessionConnection } from '../../src/session/index.ts';
import type { ServerKitOptions } from '../../src/kit-options.ts';
import { scriptedDriver } from '../support/scripted-driver.ts';
import { temporaryDirectory } from '../support/start-kit.ts';

/** A registry over real parts, whose reads of the conversation and whose sandboxes the test can hold up. */
async function start(options: Pick<ServerKitOptions, 'connections'> = {}) {
  const directory = await temporaryDirectory();
  const time = { now: 1_000_000 };
  const held = { read: Promise.resolve(), disposal: Promise.resolve() };
  const scripted = scriptedDriver();
  const events: string[] = [];
  const driver: typeof scripted = {
    ...scripted,
    async open(opened) {
      events.push('opened');
      const sandbox = await scripted.open(opened);
      return {
        ...sandbox,
        state: 'active',
        async [Symbol.asyncDispose]() {
          events.push('disposing');
          await held.disposal;
          events.push('disposed');
        },
      };
    },
  };
  const parts = await openParts(
    { sandbox: { drivers: [driver] }, ...options },
    {
      ...{ directory, limits: limitsWith({}), clock: () => time.now },
      ...{ logger: silentLogger, verifyToken: null, addressOf: createAddressOf(undefined) },
    },
  );
  const { messages } = parts.storage;
  const storage = {
    ...parts.storage,
    messages: {
      ...messages,
      async page(...asked: Parameters<typeof messages.page>) {
        await held.read;
        return messages.page(...asked);
      },
    },
  };
  const registry = createSessionRegistry({ ...parts, storage }, join(directory, 'workspaces'));
  onTestFinished(async () => {
    await registry.close();
    await closeParts(parts);
  });
  return { registry, held, time, events, audit: parts.audit };
}

/** A connection that notes what it is sent and how it is closed. */
function connectionOf(userId: string) {
  const sent: string[] = [];
  const closed: number[] = [];
  const identity: Identity = {
    ...{ userId, roles: ['developer'], expiresAt: null, tokenId: null, sid: null, issuedAt: 0 },
  };
  const connection: SessionConnection = {
    ...{ id: `c_${userId}`, clientId: `k_${userId}`, identity, binary: false, bufferedBytes: 0 },
    topics: new Set(['session']),
    send: (data) => void sent.push(String(data)),
    close: (code) => void closed.push(code),
    subscribe: () => undefined,
    unsubscribe: () => undefined,
    renewToken: () => Promise.resolve(null),
  };
  return { connection, sent, closed };
}

/** A position of a life that nobody remembers, so that the whole state is read for it. */
const lost = { epoch: 'e_other_1', lastSeq: 0 };

test('who is removed while he is being let in is told nothing and is not let in', async () => {
  const { registry, held } = await start();
  const session = await registry.open('mine', 'ada');
  await session.members.set('bob', 'viewer');
  const bob = connectionOf('bob');
  const gate = Promise.withResolvers<void>();
  held.read = gate.promise;
  const joining = session.join(bob.connection, lost, () => bob.sent.push('welcome'));
  await session.members.remove('bob');
  gate.resolve();
  await expect(joining).rejects.toMatchObject({ code: 'forbidden' });
  session.publish('session_update', { update_type: 'private', details: {} });
  expect(bob.sent).toEqual([]);
  expect(session.connections.size).toBe(0);
});

test('who is let in and taken out again by his owner is out, though the first takes longer', async () => {
  const { registry, audit } = await start();
  const session = await registry.open('mine', 'ada');
  const { clientId, identity } = connectionOf('ada').connection;
  const ask = (name: 'member_add' | 'member_remove' | 'file_save', fields: object) =>
    session.requests.ask(
      { clientId, identity },
      { name, requestId: name, fields: { request_id: name, ...fields } },
    );
  const { append } = audit;
  const gate = Promise.withResolvers<void>();
  vi.spyOn(audit, 'append').mockImplementation(async (entry) => {
    if (entry.action === 'ide_member_add') await gate.promise;
    return append.call(audit, entry);
  });
  const added = ask('member_add', { user_id: 'bob', role: 'editor' });
  const removed = ask('member_remove', { user_id: 'bob' });
  // It goes through the same layers, after the removal if nothing holds that up.
  await ask('file_save', { path: 'a.txt', content: 'a' });
  gate.resolve();
  expect(await added).toMatchObject({ type: 'member_added' });
  expect(await removed).toMatchObject({ type: 'member_removed' });
  expect(session.members.roleOf('bob')).toBeNull();
});

test('of two that join a session for a single connection at once, the later one stays', async () => {
  const { registry } = await start({ connections: 'single' });
  const session = await registry.open('mine', 'ada');
  const [one, two] = [connectionOf('ada'), connectionOf('ada')];
  await Promise.all(
    [one, two].map(({ connection }) => session.join(connection, lost, () => undefined)),
  );
  expect([one.closed, two.closed]).toEqual([[4409], []]);
});

test('a session takes no more places than it has, and a place that is given back is free', async () => {
  const { registry } = await start();
  const session = await registry.open('mine', 'ada');
  const places = Array.from({ length: 20 }, () => session.takePlace());
  expect(places).not.toContain(null);
  expect(session.takePlace()).toBeNull();
  places[0]?.();
  expect(session.takePlace()).not.toBeNull();
  expect(session.takePlace()).toBeNull();
});

test('a session that comes back while it is put away is opened when nothing is left of it', async () => {
  const { registry, held, time, events } = await start();
  await (await registry.open('mine', 'ada')).sandbox();
  const gate = Promise.withResolvers<void>();
  held.disposal = gate.promise;
  await registry.sweep();
  time.now += 121_000;
  const sweeping = registry.sweep();
  await expect.poll(() => events).toEqual(['opened', 'disposing']);
  const back = registry.open('mine', 'ada').then((session) => session.sandbox());
  // Another one is opened meanwhile, from its beginning to its end.
  await registry.open('other', 'ada');
  gate.resolve();
  await Promise.all([sweeping, back]);
  expect(events).toEqual(['opened', 'disposing', 'disposed', 'opened']);
});
