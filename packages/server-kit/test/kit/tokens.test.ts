import { describe, expect, test } from 'vitest';
import { connectRaw } from '../support/raw-client.ts';
import { startKit } from '../support/start-kit.ts';
import { token } from '../support/tokens.ts';

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

  test('is not replaced by a token of somebody else', async () => {
    const { url } = await withClock();
    const client = await connectRaw(url);
    expect(
      await client.ask({ type: 'token_refresh', token: await token({ sub: 'mallory' }) }),
    ).toMatchObject({ code: 'forbidden' });
    expect(await client.ask({ type: 'token_refresh', token: 'nonsense' })).toMatchObject({
      code: 'unauthenticated',
    });
  });
});

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
