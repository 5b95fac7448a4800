import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { trailOf } from '../support/approvals.ts';
import { connectRaw } from '../support/raw-client.ts';
import { startKit } from '../support/start-kit.ts';
import { audience, issuer, secret, token } from '../support/tokens.ts';

/** A kit whose clock can be put forward. */
async function withClock(options: Parameters<typeof startKit>[0] = {}) {
  let aheadMs = 0;
  const kit = await startKit({ ...options, clock: () => Date.now() + aheadMs });
  return {
    ...kit,
    putForward: (ms: number) => {
      aheadMs = ms;
    },
  };
}

describe('a token that ends while its connection lives', () => {
  test('is announced, and renewed in band for a connection that goes on', async () => {
    const { url, putForward } = await withClock();
    const client = await connectRaw(url, { token: await token({ expiresIn: 100 }) });
    putForward(50_000);
    expect(await client.next(({ type }) => type === 'auth_expiring')).toMatchObject({
      session_id: client.sessionId,
      expires_at: expect.stringMatching(/Z$/) as string,
    });
    const renewed = await client.ask({
      type: 'token_refresh',
      token: await token({ expiresIn: 1_200 }),
    });
    expect(renewed).toMatchObject({ type: 'token_refreshed' });
    putForward(110_000);
    expect(await client.ask({ type: 'file_save', path: 'a.txt', content: 'a' })).toMatchObject({
      type: 'file_saved',
    });
  });

  test('refuses requests and closes with 4401 when nobody renews it', async () => {
    const { url, putForward } = await withClock();
    const client = await connectRaw(url, { token: await token({ expiresIn: 100 }) });
    putForward(101_000);
    expect(await client.ask({ type: 'file_save', path: 'a.txt', content: 'a' })).toMatchObject({
      type: 'error',
      code: 'unauthenticated',
    });
    expect(await client.closed).toEqual({ code: 4401, reason: 'token_expired' });
  });

  test('leaves what streams a while to come to its end', async () => {
    const question = { type: 'chat', request_id: 'asked', message: 'say a and b' };
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const { url, putForward } = await withClock({
      async *assistant() {
        yield { type: 'text', delta: 'a' };
        await held;
        yield { type: 'text', delta: 'b' };
      },
    });
    const client = await connectRaw(url, { token: await token({ expiresIn: 100 }) });
    client.send(question);
    await client.next(({ type }) => type === 'ai_delta');
    putForward(110_000);
    expect(await client.ask({ type: 'file_open', path: 'a.txt' })).toMatchObject({
      code: 'unauthenticated',
    });
    goOn();
    expect(await client.next(({ request_id }) => request_id === 'asked')).toBeTruthy();
    expect(await client.next(({ type }) => type === 'ai_response')).toMatchObject({
      message: { content: 'ab' },
    });
    expect(await client.closed).toEqual({ code: 4401, reason: 'token_expired' });
  });

  test('leaves it no longer than that', async () => {
    const { url, putForward } = await withClock({
      async *assistant(_turn, { signal }) {
        yield { type: 'text', delta: 'a' };
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve, { once: true });
        });
      },
      limits: { expiredGraceMs: 5_000 },
    });
    const client = await connectRaw(url, { token: await token({ expiresIn: 100 }) });
    client.send({ type: 'chat', request_id: 'asked', message: 'never end' });
    await client.next(({ type }) => type === 'ai_delta');
    putForward(106_000);
    expect(await client.closed).toEqual({ code: 4401, reason: 'token_expired' });
  });

  test('ends with its age, where one is demanded, also if its exp is far', async () => {
    const { url, putForward } = await withClock({
      auth: { secret, issuer, audience, maxTokenAgeSeconds: 300 },
    });
    const now = Math.floor(Date.now() / 1_000);
    const client = await connectRaw(url, { token: await token({ expiresIn: 86_400, iat: now }) });
    expect(client.connect['expires_at']).toBe(new Date((now + 300) * 1_000).toISOString());
    putForward(301_000);
    expect(await client.ask({ type: 'file_open', path: 'a.txt' })).toMatchObject({
      code: 'unauthenticated',
      details: { reason: 'token_expired' },
    });
    expect(await client.closed).toEqual({ code: 4401, reason: 'token_expired' });
  });

  test('is not replaced by a token of somebody else', async () => {
    const { url } = await withClock();
    const client = await connectRaw(url);
    expect(
      await client.ask({ type: 'token_refresh', token: await token({ sub: 'mallory' }) }),
    ).toMatchObject({ code: 'unauthenticated', details: { reason: 'token_invalid' } });
    expect(await client.ask({ type: 'token_refresh', token: 'nonsense' })).toMatchObject({
      code: 'unauthenticated',
    });
  });
});

describe('renewals', () => {
  test('with wrong tokens count as guesses of their address, whoever sends them', async () => {
    const { url, rest, directory } = await startKit({ trustProxy: 1, limits: { authFailures: 3 } });
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
    const client = await connectRaw(url, { client: from('192.0.2.1') });
    const renew = async (newer: string) => client.ask({ type: 'token_refresh', token: newer });
    const wrong = { code: 'unauthenticated', details: { reason: 'token_invalid' } };
    expect(await renew('nonsense')).toMatchObject(wrong);
    expect(await renew('a.b.c')).toMatchObject(wrong);
    expect(await renew(await token({ sub: 'mallory' }))).toMatchObject(wrong);
    expect(await renew(await token())).toMatchObject({ code: 'rate_limited', retryable: true });
    await expect(connectRaw(url, { client: from('192.0.2.1') })).rejects.toThrow('4429');
    await connectRaw(url, { client: from('192.0.2.2') });
    const headers = { ...from('192.0.2.1').headers, authorization: `Bearer ${await token()}` };
    expect((await fetch(`${rest}/approvals`, { headers })).status).toBe(429);
    const refusals = (await trailOf({ directory })).filter(({ phase }) => phase === 'auth');
    expect(refusals.map(({ outcome }) => outcome)).toEqual(Array(3).fill('token_invalid'));
  });

  test('that cross end with the token that was sent last', async () => {
    const slowly = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const [first, second] = await Promise.all([keyPair('1'), keyPair('2')]);
    const published: object[] = [first.jwk];
    const { url } = await startKit({
      auth: {
        ...{ issuer, audience, jwks: new URL('https://keys.example/') },
        remoteKeys: {
          cooldownMs: 0,
          async fetch() {
            if (published.length > 1) {
              asked.resolve();
              await slowly.promise;
            }
            return Response.json({ keys: published });
          },
        },
      },
    });
    const client = await connectRaw(url, { token: await first.issue(['developer'], 600) });
    published.push(second.jwk);
    const slow = client.ask({ type: 'token_refresh', token: await second.issue(['admin'], 100) });
    await asked.promise;
    const quick = await client.ask({
      type: 'token_refresh',
      token: await first.issue(['viewer'], 900),
    });
    slowly.resolve();
    expect(await slow).toMatchObject({
      type: 'token_refreshed',
      expires_at: quick['expires_at'] as string,
    });
    expect(await client.ask({ type: 'file_save', path: 'a.txt', content: 'a' })).toMatchObject({
      type: 'blocked',
    });
  });
});

/** A key of a login server, and tokens of Ada's by it. */
async function keyPair(kid: string) {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  return {
    jwk: { ...(await exportJWK(publicKey)), kid },
    issue: (roles: readonly string[], expiresIn: number) =>
      new SignJWT({ roles })
        .setProtectedHeader({ alg: 'ES256', kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject('ada')
        .setJti(`${kid}-${roles.join()}`)
        .setExpirationTime(Math.floor(Date.now() / 1_000) + expiresIn)
        .sign(privateKey),
  };
}

test('topics are subscribed to and left', async () => {
  const { url } = await startKit();
  const client = await connectRaw(url);
  expect(await client.ask({ type: 'subscribe', topics: ['phase'] })).toMatchObject({
    type: 'subscribed',
    topics: ['session', 'phase'],
  });
  expect(await client.ask({ type: 'unsubscribe', topics: ['session'] })).toMatchObject({
    topics: ['phase'],
  });
  await client.ask({ type: 'file_save', path: 'a.txt', content: 'a' });
  expect(client.messages.some(({ type }) => type === 'file_update')).toBe(false);
});
