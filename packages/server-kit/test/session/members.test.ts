import { expect, test } from 'vitest';
import { createMembers } from '../../src/session/members.ts';
import type { MemberStore } from '../../src/storage/index.ts';

/** Members whose store does each change when the test lets it. */
function gated() {
  const stored = new Map<string, string>();
  const gates: PromiseWithResolvers<void>[] = [];
  const expelled: string[] = [];
  const demoted: string[] = [];
  const passed = async () => {
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    await gate.promise;
  };
  const store: MemberStore = {
    list: () => Promise.resolve(new Map()),
    async set(_sessionId, userId, role) {
      await passed();
      stored.set(userId, role);
    },
    async remove(_sessionId, userId) {
      await passed();
      return stored.delete(userId);
    },
  };
  const members = createMembers({
    ...{ sessionId: 's', owner: 'ada', known: new Map(), store },
    onRemove: (userId) => expelled.push(userId),
    onDemote: (userId) => demoted.push(userId),
    endGrants: () => Promise.resolve(),
  });
  /** The next change of the store, once it has come as far. */
  const next = async (): Promise<PromiseWithResolvers<void>> => {
    await expect.poll(() => gates.length).toBeGreaterThan(0);
    return gates.shift() as PromiseWithResolvers<void>;
  };
  return { members, stored, expelled, demoted, next };
}

test('who is removed while his role is being changed is out at once, and stays out', async () => {
  const { members, stored, expelled, next } = gated();
  const set = members.set('bob', 'editor');
  const removed = members.remove('bob');
  expect(expelled).toEqual(['bob']);
  (await next()).resolve();
  await set;
  expect(members.roleOf('bob')).toBeNull();
  (await next()).resolve();
  expect(await removed).toBe(true);
  expect(members.roleOf('bob')).toBeNull();
  expect(stored.size).toBe(0);
});

test('who is let in again after he was removed is in, though the store is late', async () => {
  const { members, stored, next } = gated();
  const changes = [
    members.set('bob', 'viewer'),
    members.remove('bob'),
    members.set('bob', 'editor'),
  ];
  expect(members.isChanging).toBe(true);
  for (const _change of changes) (await next()).resolve();
  await Promise.all(changes);
  expect(members.isChanging).toBe(false);
  expect(members.roleOf('bob')).toBe('editor');
  expect(stored.get('bob')).toBe('editor');
});

test('who may only look on from now on is told of once the store has it', async () => {
  const { members, demoted, next } = gated();
  for (const role of ['editor', 'viewer'] as const) {
    const set = members.set('bob', role);
    const change = await next();
    expect(demoted).toEqual([]);
    change.resolve();
    await set;
  }
  expect(demoted).toEqual(['bob']);
});

test('of two removals the later one counts too', async () => {
  const { members, next } = gated();
  const first = members.remove('bob');
  const set = members.set('bob', 'editor');
  const second = members.remove('bob');
  (await next()).resolve();
  expect(await first).toBe(false);
  (await next()).resolve();
  await set;
  expect(members.roleOf('bob')).toBeNull();
  (await next()).resolve();
  expect(await second).toBe(true);
});

test('a change that fails holds up no later one, and changes nothing', async () => {
  const { members, next } = gated();
  const failed = members.set('bob', 'editor');
  const recorded = members.set('cy', 'editor', () => Promise.reject(new Error('no log')));
  const set = members.set('eve', 'viewer');
  (await next()).reject(new Error('disk full'));
  await expect(failed).rejects.toThrow('disk full');
  await expect(recorded).rejects.toThrow('no log');
  (await next()).resolve();
  await set;
  expect([...members.all()]).toEqual([['eve', 'viewer']]);
});
