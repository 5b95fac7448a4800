import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createTokenVerifier, type TokenOptions } from '../../src/auth/index.ts';
import { RequestError } from '../../src/errors.ts';
import { openRaw } from '../support/raw-client.ts';
import { listen, startKit } from '../support/start-kit.ts';
import { audience, issuer, secret } from '../support/tokens.ts';
import { attacksOnKeys, attacksOnSecret, respelt, type Attack } from './attack-table.ts';
import { byKey, byOtherKey, bySecret, canary, publicKeys } from './forge.ts';

interface Target {
  name: string;
  auth: TokenOptions;
  attacks: readonly Attack[];
  good: () => string;
}

const targets: Target[] = [
  {
    name: 'a shared secret',
    auth: { secret, issuer, audience },
    attacks: attacksOnSecret,
    good: bySecret.issue,
  },
  {
    name: 'public keys',
    auth: { jwks: publicKeys, issuer, audience },
    attacks: attacksOnKeys,
    good: byKey.issue,
  },
];

/** The attacker's key server; nobody may ask it. */
async function startLure() {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.end(JSON.stringify(publicKeys));
  });
  await listen(server);
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/keys`, asked: () => asked };
}

describe.each(targets)('a server with $name', ({ auth, attacks, good }) => {
  test('refuses each forged token with its reason, and names no part of it', async () => {
    const lure = await startLure();
    const verify = createTokenVerifier(auth);
    const seen: Record<string, unknown> = {};
    for (const { name, forge } of attacks) {
      const token = forge(lure.url);
      const error = await verify(token).catch((refusal: unknown) => refusal);
      seen[name] = error instanceof RequestError ? error.details?.['reason'] : error;
      expect(leaks(token, String(error) + JSON.stringify(error))).toEqual([]);
    }
    expect(seen).toEqual(Object.fromEntries(attacks.map(({ name, reason }) => [name, reason])));
    expect(lure.asked()).toBe(0);
    await expect(verify(good())).resolves.toMatchObject({ userId: `ada-${canary}` });
  });

  test('closes the socket with 4401 and the reason, and answers REST with 401', async () => {
    const lure = await startLure();
    const { kit, url, rest } = await startKit({ auth, limits: { authFailures: Infinity } });
    const revoked = good();
    await kit.revoke({ jti: idOf(revoked) });
    const tried: Attack[] = [
      ...attacks,
      { name: 'a token that was revoked', forge: () => revoked, reason: 'token_revoked' },
    ];
    const seen = await Promise.all(
      tried.map(async ({ name, forge }) => {
        const token = forge(lure.url);
        const inQuery = { token: null, query: { token } };
        const [socket, query, answer] = await Promise.all([
          // No subprotocol can hold a padding.
          knock(url, token.endsWith('=') ? inQuery : { token }),
          knock(url, inQuery),
          ask(rest, `Bearer ${token}`),
        ]);
        expect(leaks(token, socket.reason + query.reason + answer.body)).toEqual([]);
        return [name, [socket.code, query.code, query.reason, answer.status, answer.reason]];
      }),
    );
    expect(Object.fromEntries(seen)).toEqual({
      ...Object.fromEntries(
        tried.map(({ name, reason }) => [name, [4401, 4401, reason, 401, reason]]),
      ),
      // The host's own server reads no more than 16 KB of headers.
      '20 KB': [431, 431, '', 431, null],
    });
    expect(lure.asked()).toBe(0);

    const token = good();
    expect(await knock(url, { token })).toEqual({ code: 'connect', reason: '' });
    expect(await ask(rest, `Bearer ${token}`)).toMatchObject({ status: 404 });
    const ambiguous = { code: 4401, reason: 'token_ambiguous' };
    const both = { protocols: ['ide-assistant.v1', `bearer.${token}`, `bearer.${good()}`] };
    expect(await knock(url, both)).toEqual(ambiguous);
    expect(await ask(rest, `Bearer ${token} ${good()}`)).toMatchObject({ status: 401 });
    expect(await ask(rest, `Bearer ${token}, Bearer ${good()}`)).toMatchObject({ status: 401 });
  });
});

test('ten guesses close an address with 4429 and the wait, also for a good token', async () => {
  const { url, rest } = await startKit({ trustProxy: 1 });
  const from = (address: string, token: string) =>
    knock(url, { token, client: { headers: { 'x-forwarded-for': address } } });
  // Tokens of yesterday are no guesses.
  const expired = bySecret.issue({ exp: 1_700_000_000, iat: 1_600_000_000 });
  for (let count = 0; count < 11; count += 1) {
    expect(await from('192.0.2.1', expired)).toEqual({ code: 4401, reason: 'token_expired' });
  }
  for (let count = 0; count < 10; count += 1) {
    expect(await from('192.0.2.1', `guess-${count}`)).toMatchObject({ code: 4401 });
  }
  const refused = await from('192.0.2.1', bySecret.issue());
  expect(refused.code).toBe(4429);
  expect(Number(refused.reason)).toBeGreaterThan(0);
  expect(Number(refused.reason)).toBeLessThanOrEqual(60_000);
  expect(await ask(rest, `Bearer ${bySecret.issue()}`, '192.0.2.1')).toMatchObject({ status: 429 });
  expect(await from('192.0.2.2', bySecret.issue())).toMatchObject({ code: 'connect' });
});

test('a respelt signature has the same bytes, so that only its spelling can be refused', () => {
  for (const token of [bySecret.issue(), byKey.issue(), byOtherKey.issue()]) {
    const bytes = (text: string) => Buffer.from(text.split('.')[2] ?? '', 'base64url');
    expect(respelt(token)).not.toBe(token);
    expect(bytes(respelt(token)).equals(bytes(token))).toBe(true);
  }
});

/** Connects, and tells how that ended: by `connect`, a close code or an HTTP status. */
async function knock(url: string, options: Parameters<typeof openRaw>[1]) {
  const socket = openRaw(url, options);
  const refused = once(socket, 'unexpected-response').then(([, response]) => ({
    code: (response as { statusCode: number }).statusCode,
    reason: '',
  }));
  const closed = once(socket, 'close').then(([code, reason]) => ({
    code: code as number,
    reason: String(reason),
  }));
  const met = once(socket, 'message').then(() => ({ code: 'connect', reason: '' }));
  for (const ending of [refused, closed, met]) ending.catch(() => undefined);
  try {
    return await Promise.race([refused, closed, met]);
  } finally {
    socket.on('error', () => undefined);
    socket.terminate();
  }
}

async function ask(rest: string, authorization: string, forwarded = '') {
  const response = await fetch(`${rest}/sessions/nothing/connections`, {
    headers: { authorization, 'x-forwarded-for': forwarded },
  });
  const body = await response.text();
  const [, reason = null] = /"reason":"(\w+)"/.exec(body) ?? [];
  return { status: response.status, body, reason };
}

/** What of a token stands in a text: a mark that the attacker set, or a run of the token itself. */
function leaks(token: string, text: string): string[] {
  const runs = token.split('.').flatMap((part) => part.match(/.{8}/g) ?? []);
  return [canary, ...runs].filter((piece) => text.includes(piece));
}

function idOf(token: string): string {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  return (JSON.parse(payload) as { jti: string }).jti;
}
