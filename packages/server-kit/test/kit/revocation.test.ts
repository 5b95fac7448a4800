import { SignJWT } from 'jose';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { connectRaw } from '../support/raw-client.ts';
import { startKit, stopKit, temporaryDirectory } from '../support/start-kit.ts';
import { audience, issuer, secret } from '../support/tokens.ts';

const save = { type: 'file_save', path: 'a.txt', content: 'a' };

/** A token that names its sign-in; `iat` in seconds before now. */
function tokenOf({
  sub = 'ada',
  jti = 'j1',
  sid = 's1',
  age = 10,
  at = Date.now(),
} = {}): Promise<string> {
  const now = Math.floor(at / 1_000);
  return new SignJWT({ roles: ['developer'], sid })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setIssuer(issuer)
    .setAudience(audience)
    .setJti(jti)
    .setIssuedAt(now - age)
    .setExpirationTime(now + 600)
    .sign(new TextEncoder().encode(secret));
}

const ended = { code: 4401, reason: 'token_revoked' };

describe.each([
  ['one token', { jti: 'j1' }],
  ['a sign-in', { sid: 's1' }],
  ['a user', { subject: 'ada' }],
] as const)('what is revoked: %s', (_what, revocation) => {
  test('its open connections are closed, and it opens none', async () => {
    const { url, rest, kit } = await startKit();
    const client = await connectRaw(url, { token: await tokenOf() });
    const other = await connectRaw(url, {
      token: await tokenOf({ sub: 'bob', jti: 'j2', sid: 's2' }),
    });
    await kit.revoke(revocation);
    expect(await client.closed).toEqual(ended);
    await expect(connectRaw(url, { token: await tokenOf() })).rejects.toThrow('4401 token_revoked');
    const headers = { authorization: `Bearer ${await tokenOf()}` };
    expect((await fetch(`${rest}/approvals`, { headers })).status).toBe(401);
    expect(await other.ask(save)).toMatchObject({ type: 'file_saved' });
  });
});

test('what a revoked user had begun is stopped', async () => {
  const { url, kit } = await startKit();
  const client = await connectRaw(url, { token: await tokenOf() });
  client.send({
    type: 'code_execute',
    request_id: 'busy',
    language: 'python',
    code: 'while True: pass',
  });
  await client.next(({ type }) => type === 'execution_start');
  await kit.revoke({ subject: 'ada' });
  await client.closed;
  const again = await connectRaw(url, {
    token: await tokenOf({ age: -2 }),
    query: { session: client.sessionId, client: client.connect['client_id'] as string },
  });
  const repeated = { type: 'code_execute', request_id: 'busy', language: 'python', code: 'x' };
  expect(await again.ask(repeated)).toMatchObject({ type: 'cancelled' });
});

test('a user who signs in anew works on', async () => {
  const { url, kit } = await startKit();
  const first = await connectRaw(url, { token: await tokenOf() });
  await kit.revoke({ subject: 'ada' });
  await first.closed;
  // Issued after the revocation, as far as the clock difference goes that is forgiven.
  const second = await connectRaw(url, { token: await tokenOf({ jti: 'j2', age: -2 }) });
  expect(await second.ask(save)).toMatchObject({ type: 'file_saved' });
});

describe('what waits for a person', () => {
  const remove = { type: 'file_delete', path: 'old', recursive: true, request_id: 'remove' };

  async function asked(sid: string, dataDirectory: string) {
    const kit = await startKit({ dataDirectory });
    const client = await connectRaw(kit.url, { token: await tokenOf({ sid, age: -2 }) });
    await client.ask({ type: 'file_create', path: 'old', kind: 'directory' });
    await client.ask({ type: 'member_add', user_id: 'bob', role: 'editor' });
    client.send(remove);
    const question = await client.next(({ type }) => type === 'approval_required');
    const { approval_id, request_hash } = question;
    const approve = { type: 'approval_resolve', decision: 'approve', approval_id, request_hash };
    return { kit, client, approve };
  }

  test('for somebody whose sign-in was revoked does not run, also after a restart', async () => {
    const dataDirectory = await temporaryDirectory();
    const { kit, client, approve } = await asked('s1', dataDirectory);
    await stopKit(kit);
    const second = await startKit({ dataDirectory });
    await second.kit.revoke({ sid: 's1' });
    const bob = await connectRaw(second.url, {
      token: await tokenOf({ sub: 'bob', jti: 'j2', sid: 's2' }),
      query: { session: client.sessionId },
    });
    await bob.ask(approve);
    expect(
      await bob.next(({ type, state }) => type === 'approval_resolved' && state !== 'approved'),
    ).toMatchObject({ state: 'stale' });
    expect(await bob.ask({ type: 'directory_list' })).toMatchObject({
      tree: [expect.objectContaining({ name: 'old' })],
    });
  });

  describe('longer than his tokens live', () => {
    const auth = { secret, issuer, audience, maxTokenAgeSeconds: 60 };
    const laterMs = 120_000;
    const clock = () => Date.now() + laterMs;

    /** A request of Ada's waits, her sign-in was revoked, and no token of it can be alive any more. */
    async function revokedLongAgo() {
      const dataDirectory = await temporaryDirectory();
      const { kit, client, approve } = await asked('s1', dataDirectory);
      await stopKit(kit);
      const second = await startKit({ dataDirectory, auth });
      await second.kit.revoke({ sid: 's1' });
      await stopKit(second);
      const third = await startKit({ dataDirectory, auth, clock });
      const bob = await connectRaw(third.url, {
        token: await tokenOf({ sub: 'bob', jti: 'j2', sid: 's2', at: clock() }),
        query: { session: client.sessionId },
      });
      return { url: third.url, bob, approve, client };
    }

    afterEach(() => {
      vi.useRealTimers();
    });

    test('does not run either', async () => {
      const { bob, approve } = await revokedLongAgo();
      await bob.ask(approve);
      expect(
        await bob.next(({ type, state }) => type === 'approval_resolved' && state !== 'approved'),
      ).toMatchObject({ state: 'stale' });
    });

    test('is withdrawn before the revocation is forgotten', async () => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
      const { url, bob, approve, client } = await revokedLongAgo();
      // Signed in anew, she waits for the same request.
      const ada = await connectRaw(url, {
        token: await tokenOf({ jti: 'j3', sid: 's3', at: clock() }),
        query: { session: client.sessionId, client: client.connect['client_id'] as string },
      });
      const reply = ada.ask(remove);
      await ada.next(({ type }) => type === 'pending');
      await vi.advanceTimersByTimeAsync(30_000);
      expect(
        await bob.next(({ type, state }) => type === 'approval_resolved' && state !== 'approved'),
      ).toMatchObject({ state: 'cancelled' });
      expect(await reply).toMatchObject({ type: 'cancelled' });
      expect(await bob.ask(approve)).toMatchObject({ code: 'conflict' });
    });
  });

  test('for somebody who was revoked and has signed in anew runs', async () => {
    const dataDirectory = await temporaryDirectory();
    const first = await startKit({ dataDirectory });
    await first.kit.revoke({ subject: 'ada', before: Date.now() - 60_000 });
    await stopKit(first);
    const { client, approve } = await asked('s2', dataDirectory);
    await client.ask(approve);
    expect(await client.next(({ type }) => type === 'file_deleted')).toMatchObject({ path: 'old' });
  });
});

test('a revoked token is refused in a renewal too', async () => {
  const { url, kit } = await startKit();
  const client = await connectRaw(url, { token: await tokenOf() });
  await kit.revoke({ jti: 'j2' });
  const renewal = { type: 'token_refresh', token: await tokenOf({ jti: 'j2' }) };
  expect(await client.ask(renewal)).toMatchObject({ type: 'error', code: 'unauthenticated' });
});

test('a revocation outlives the server', async () => {
  const dataDirectory = await temporaryDirectory();
  const first = await startKit({ dataDirectory });
  await first.kit.revoke({ sid: 's1' });
  await stopKit(first);
  const second = await startKit({ dataDirectory });
  await expect(connectRaw(second.url, { token: await tokenOf() })).rejects.toThrow(
    '4401 token_revoked',
  );
});

test('what names nothing cannot be revoked', async () => {
  const { kit } = await startKit();
  await expect(kit.revoke({ jti: '' })).rejects.toMatchObject({ code: 'REVOCATION_INVALID' });
});
