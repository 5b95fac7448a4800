import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import type { AssistantContext, ToolResult } from '../../src/assistant/assistant.ts';
import { joinMine, replyTo } from '../support/approvals.ts';
import { startKit } from '../support/start-kit.ts';
import { token } from '../support/tokens.ts';

const question = { type: 'chat', request_id: 'asked', message: 'save it' };
const cancel = { type: 'cancel', request_id_to_cancel: 'asked' };

/** A turn that was begun with a token of 100 s, and whose assistant goes on when it is told to. */
async function turn() {
  let aheadMs = 0;
  const going = Promise.withResolvers<void>();
  const done = Promise.withResolvers<ToolResult<'file_save'>[]>();
  const { url, kit } = await startKit({
    clock: () => Date.now() + aheadMs,
    async *assistant(_turn: unknown, { callTool }: AssistantContext) {
      yield { type: 'text', delta: 'a' };
      await going.promise;
      const first = await callTool('file_save', { path: 'a.txt', content: 'a' });
      done.resolve([first, await callTool('file_save', { path: 'b.txt', content: 'b' })]);
      yield { type: 'text', delta: 'b' };
    },
  });
  const client = await joinMine(url, { expiresIn: 100 });
  client.send(question);
  await client.next(({ type }) => type === 'ai_delta');
  return {
    ...{ url, kit, client },
    putForward: (ms: number) => void (aheadMs = ms),
    goOn: () => {
      going.resolve();
      return done.promise;
    },
  };
}

describe('tools of a turn', () => {
  test('act with the token that its user has renewed meanwhile', async () => {
    const { client, putForward, goOn } = await turn();
    await client.ask({ type: 'token_refresh', token: await token({ expiresIn: 900 }) });
    putForward(110_000);
    expect(await goOn()).toMatchObject([{ ok: true }, { ok: true }]);
  });

  test('act with the roles that his token now has', async () => {
    const { client, goOn } = await turn();
    await client.ask({ type: 'token_refresh', token: await token({ roles: ['viewer'] }) });
    expect(await goOn()).toMatchObject([{ status: 'blocked' }, { status: 'blocked' }]);
  });

  test('act with the token that he came back with', async () => {
    const { url, client, putForward, goOn } = await turn();
    const back = await joinMine(url, { expiresIn: 900 });
    back.send(question);
    await back.ask({ type: 'ping' });
    client.terminate();
    putForward(110_000);
    expect(await goOn()).toMatchObject([{ ok: true }, { ok: true }]);
    expect(await replyTo(back, 'asked')).toMatchObject({ type: 'ai_response' });
  });

  test('do nothing after the end of a token that nobody renewed', async () => {
    const { putForward, goOn } = await turn();
    putForward(110_000);
    expect(await goOn()).toMatchObject([{ code: 'unauthenticated' }, { code: 'unauthenticated' }]);
  });

  test('do nothing any more once it was cancelled, though its assistant goes on', async () => {
    const { client, goOn } = await turn();
    const cancelled = client.ask(cancel);
    await client.ask({ type: 'ping' });
    const stopped = { ok: false, message: 'It was stopped.' };
    expect(await goOn()).toMatchObject([stopped, stopped]);
    expect(await cancelled).toMatchObject({ cancelled: true });
    expect(await client.ask({ type: 'directory_list' })).toMatchObject({ file_count: 0 });
  });

  test('do nothing any more once the token was revoked that it was renewed with', async () => {
    const { url, kit, client, goOn } = await turn();
    const newer = await token();
    await client.ask({ type: 'token_refresh', token: newer });
    await kit.revoke({ jti: String(decodeJwt(newer).jti) });
    await client.closed;
    expect(await goOn()).toMatchObject([{ ok: false }, { ok: false }]);
    const back = await joinMine(url);
    expect(await back.ask(question)).toMatchObject({ type: 'cancelled' });
  });
});
