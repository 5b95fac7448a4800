import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { terminalInput } from '../../src/operations/terminal-input.ts';
import { connectRaw, type RawClient } from '../support/raw-client.ts';
import { eventsOf, only, open, query, start } from '../support/terminals.ts';
import { audience, issuer, secret } from '../support/tokens.ts';

/** A token of Bob's with the name of its sign-in, which is its own as well. */
const tokenOf = (sid: string) =>
  new SignJWT({ roles: ['developer'], sid })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('bob')
    .setIssuer(issuer)
    .setAudience(audience)
    .setJti(sid)
    .setIssuedAt()
    .setExpirationTime('10m')
    .sign(new TextEncoder().encode(secret));

/** A session of Ada's in which Bob is an editor. */
async function shared() {
  const { driver, kit, client: ada } = await start();
  await ada.ask({ type: 'member_add', user_id: 'bob', role: 'editor' });
  const join = async (sid: string) =>
    connectRaw(kit.url, { token: await tokenOf(sid), query: { ...query, client: sid } });
  return { driver, kit: kit.kit, ada, join };
}

const type = (client: RawClient, terminal_id: string) =>
  client.ask({ type: 'terminal_input', terminal_id, data: 'while true; do echo x; done\r' });

const closed = (client: RawClient, terminal_id: string) =>
  client.next((event) => event.type === 'terminal_closed' && event['terminal_id'] === terminal_id);

describe.each([
  ['a sign-in that was revoked', { sid: 's1' }],
  ['a token that was revoked', { jti: 's1' }],
  ['a user who was revoked', { subject: 'bob' }],
] as const)('what was begun in terminals by %s', (_who, revocation) => {
  test('is ended, though he has left; what others use goes on', async () => {
    const { driver, kit, ada, join } = await shared();
    const bob = await join('s1');
    const opened = await open(bob, 'by bob');
    const typed = await open(ada, 'by ada, typed into by bob');
    const own = await open(ada, 'by ada');
    await type(bob, typed.terminal_id);
    bob.terminate();
    await bob.closed;
    await kit.revoke(revocation);
    expect(await closed(ada, opened.terminal_id)).toMatchObject({ reason: 'closed' });
    expect(await closed(ada, typed.terminal_id)).toMatchObject({ reason: 'closed' });
    expect(await type(ada, own.terminal_id)).toMatchObject({ type: 'terminal_ack' });
    expect(eventsOf(ada, 'terminal_closed')).toHaveLength(2);
    expect(driver.terminals[2]?.received).toHaveLength(1);
  });
});

test.each(['s1', 's2'])(
  'a terminal that a user typed into with two tokens is closed with %s',
  async (sid) => {
    const { kit, ada, join } = await shared();
    const { terminal_id } = await open(ada);
    for (const one of ['s1', 's2']) await type(await join(one), terminal_id);
    await kit.revoke({ sid });
    expect(await closed(ada, terminal_id)).toMatchObject({ reason: 'closed' });
  },
);

test('what a member has begun in terminals is ended when he is removed', async () => {
  const { ada, join } = await shared();
  const bob = await join('s1');
  const opened = await open(bob, 'by bob');
  const own = await open(ada, 'by ada');
  await ada.ask({ type: 'member_remove', user_id: 'bob' });
  expect(await closed(ada, opened.terminal_id)).toMatchObject({ reason: 'closed' });
  expect(await type(ada, own.terminal_id)).toMatchObject({ type: 'terminal_ack' });
});

test('what an editor has begun in terminals is ended when he may only look on', async () => {
  const { ada, join } = await shared();
  const bob = await join('s1');
  const opened = await open(bob, 'by bob');
  const own = await open(ada, 'by ada');
  await ada.ask({ type: 'member_add', user_id: 'bob', role: 'viewer' });
  expect(await closed(bob, opened.terminal_id)).toMatchObject({ reason: 'closed' });
  expect(await type(bob, own.terminal_id)).toMatchObject({ type: 'blocked' });
  expect(await type(ada, own.terminal_id)).toMatchObject({ type: 'terminal_ack' });
});

test('a paused terminal goes on before it is closed, since it could not die before', async () => {
  const clock = { now: Date.now() };
  const { driver, kit, client } = await start({
    limits: { heartbeatMs: 0 },
    clock: () => clock.now,
  });
  await open(client);
  client.terminate();
  await client.closed;
  clock.now += 31_000;
  await expect.poll(() => driver.asked, { timeout: 5_000 }).toEqual(['pause']);
  Object.defineProperty(only(driver.terminals), 'beforeClose', {
    get: () => Promise.resolve(driver.asked.push('close')),
  });
  await kit.kit.revoke({ subject: 'ada' });
  await expect.poll(() => driver.asked).toEqual(['pause', 'resume', 'close']);
});

test('what was let through before its user was shut out is not typed after that', () => {
  const written: string[] = [];
  const terminal = { write: (data: string) => void written.push(data) };
  const context = {
    parts: { limits: { terminalInputBytes: 100 } },
    session: { terminals: { get: () => terminal } },
    signal: AbortSignal.abort(),
  };
  expect(() => terminalInput.execute({ terminal_id: 't', data: 'x' }, context as never)).toThrow(
    'aborted',
  );
  expect(written).toEqual([]);
});
