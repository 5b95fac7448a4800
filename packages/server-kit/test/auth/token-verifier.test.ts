import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JSONWebKeySet } from 'jose';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createTokenVerifier, type TokenOptions } from '../../src/auth/index.ts';
import { listen } from '../support/start-kit.ts';
import { audience, issuer, secret } from '../support/tokens.ts';
import { byKey, byOtherKey, bySecret, publicJwk, publicKeys, stranger } from './forge.ts';

const names = { issuer, audience };
const startSeconds = 1_900_000_000;

/** A verifier at a moment that the test moves. */
function atTime(options: Partial<TokenOptions> = {}) {
  let now = startSeconds * 1_000;
  const verify = createTokenVerifier({ ...names, secret, ...options }, { clock: () => now });
  return { verify, wait: (seconds: number) => (now += seconds * 1_000) };
}

/** Claims of a token that is issued at the start and lives for ten minutes. */
const fresh = { iat: startSeconds, exp: startSeconds + 600 };

function refusedAs(reason: string) {
  return { code: 'unauthenticated', details: { reason } };
}

describe('a token that is accepted', () => {
  test('tells the user, his roles, the sign-in and the times', async () => {
    const { verify } = atTime();
    const token = bySecret.issue({
      ...{ ...fresh, sub: 'ada', jti: 't1', sid: 's1', roles: ['admin', 7, 'developer'] },
    });
    await expect(verify(token)).resolves.toEqual({
      userId: 'ada',
      roles: ['admin', 'developer'],
      expiresAt: (startSeconds + 600) * 1_000,
      tokenId: 't1',
      sid: 's1',
      issuedAt: startSeconds * 1_000,
    });
  });

  test('need not say when it was issued, from which sign-in, or with which roles', async () => {
    const { verify } = atTime();
    const token = bySecret.issue({ ...fresh, iat: undefined, roles: undefined });
    await expect(verify(token)).resolves.toMatchObject({ roles: [], sid: null, issuedAt: null });
  });

  test('may list its roles in another claim', async () => {
    const { verify } = atTime({ rolesClaim: 'https://app.example/groups' });
    const token = bySecret.issue({ ...fresh, 'https://app.example/groups': ['admin'] });
    await expect(verify(token)).resolves.toMatchObject({ roles: ['admin'] });
  });

  test('is refused once it was revoked', async () => {
    const revoked = new Set<string | null>();
    const verify = createTokenVerifier(
      { ...names, secret },
      { isRevoked: ({ tokenId }) => revoked.has(tokenId) },
    );
    const token = bySecret.issue({ jti: 't1' });
    await verify(token);
    revoked.add('t1');
    await expect(verify(token)).rejects.toMatchObject(refusedAs('token_revoked'));
  });
});

describe('the times of a token', () => {
  test('are those of the kit’s clock, and clocks may differ by five seconds', async () => {
    const { verify, wait } = atTime();
    const token = bySecret.issue({ ...fresh, nbf: startSeconds + 10, iat: startSeconds + 10 });
    await expect(verify(token)).rejects.toMatchObject(refusedAs('token_not_yet_valid'));
    wait(5);
    await verify(token);
    wait(599);
    await verify(token);
    wait(1);
    await expect(verify(token)).rejects.toMatchObject(refusedAs('token_expired'));
  });

  test.each([['nbf'], ['iat']])('refuse one whose %s is more than that ahead', async (claim) => {
    const { verify } = atTime();
    const token = (seconds: number) =>
      bySecret.issue({ ...fresh, [claim]: startSeconds + seconds });
    await verify(token(5));
    await expect(verify(token(6))).rejects.toMatchObject(refusedAs('token_not_yet_valid'));
  });

  test('end with its age where one is demanded', async () => {
    const { verify, wait } = atTime({ maxTokenAgeSeconds: 60 });
    const token = bySecret.issue(fresh);
    wait(65);
    await verify(token);
    wait(1);
    await expect(verify(token)).rejects.toMatchObject(refusedAs('token_expired'));
    const ageless = bySecret.issue({ ...fresh, iat: undefined });
    await expect(verify(ageless)).rejects.toMatchObject(refusedAs('token_invalid'));
  });

  test.each([
    ['its age, where that comes first', 60, 60],
    ['its exp, where that comes first', 3_600, 600],
  ])('end an identity with %s', async (_what, maxTokenAgeSeconds, lastsSeconds) => {
    const { verify } = atTime({ maxTokenAgeSeconds });
    await expect(verify(bySecret.issue(fresh))).resolves.toMatchObject({
      expiresAt: (startSeconds + lastsSeconds) * 1_000,
    });
  });
});

test('further claims and a type may be demanded', async () => {
  const { verify } = atTime({ requiredClaims: ['tenant'], typ: 'at+jwt' });
  const token = (tenant: string | undefined, typ: string) =>
    bySecret.issue({ ...fresh, tenant }, { typ });
  await verify(token('t1', 'at+jwt'));
  await verify(token('t1', 'application/at+jwt'));
  const invalid = refusedAs('token_invalid');
  await expect(verify(token(undefined, 'at+jwt'))).rejects.toMatchObject(invalid);
  await expect(verify(token('t1', 'JWT'))).rejects.toMatchObject(invalid);
});

describe('a set with one key', () => {
  test('takes tokens that name no key', async () => {
    const [key] = publicKeys.keys;
    const verify = createTokenVerifier({ ...names, jwks: { keys: key ? [key] : [] } });
    await expect(verify(byKey.issue({}, { kid: undefined }))).resolves.toBeDefined();
    await expect(verify(byKey.issue())).resolves.toBeDefined();
  });
});

test('a set with several keys takes the tokens of each', async () => {
  const verify = createTokenVerifier({ ...names, jwks: publicKeys });
  await expect(verify(byKey.issue())).resolves.toBeDefined();
  await expect(verify(byOtherKey.issue())).resolves.toBeDefined();
});

describe('options that leave something open', () => {
  const [key] = publicKeys.keys;
  const { d: _private, ...publicPart } = stranger.privateKey.export({ format: 'jwk' });
  const refusals: [string, Partial<TokenOptions>, RegExp][] = [
    ['no keys', {}, /either a secret or a jwks/],
    ['keys of both kinds', { secret, jwks: publicKeys }, /not both/],
    ['no issuer', { secret, issuer: '' }, /issuer/],
    ['no audience', { secret, audience: '' }, /audience/],
    ['a short secret', { secret: 'x'.repeat(31) }, /32 bytes/],
    ['a secret too short for its algorithm', { secret, algorithms: ['HS512'] }, /64 bytes/],
    ['no algorithm at all', { secret, algorithms: [] }, /algorithms/],
    ['tokens without a signature', { secret, algorithms: ['HS256', 'none'] }, /algorithms/],
    ['a secret that is a key', { secret, algorithms: ['HS256', 'RS256'] }, /algorithms/],
    ['a key that is a secret', { jwks: publicKeys, algorithms: ['RS256', 'HS256'] }, /algorithms/],
    ['no signature with keys', { jwks: publicKeys, algorithms: ['none'] }, /algorithms/],
    ['an algorithm that is misspelt', { jwks: publicKeys, algorithms: ['RS265'] }, /algorithms/],
    ['no algorithm with keys', { jwks: publicKeys, algorithms: [] }, /algorithms/],
    ['a set without keys', { jwks: { keys: [] } }, /no keys/],
    ['a secret in the set', { jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] } }, /public keys/],
    [
      'a private key in the set',
      { jwks: { keys: [stranger.privateKey.export({ format: 'jwk' })] } },
      /public keys/,
    ],
    [
      'a key that no token could name',
      { jwks: { keys: [...(key ? [key] : []), publicPart] } },
      /needs a kid/,
    ],
    ['keys that come in the clear', { jwks: new URL('http://keys.example/') }, /https/],
    ['keys of a file', { jwks: new URL('file:///etc/keys') }, /https/],
    ['a minute and more of tolerance', { secret, clockToleranceSeconds: 61 }, /Tolerance/],
    ['a tolerance below zero', { secret, clockToleranceSeconds: -1 }, /Tolerance/],
    ['an age of nothing', { secret, maxTokenAgeSeconds: 0 }, /maxTokenAge/],
  ];

  test.each(refusals)('do not start: %s', (_what, options, message) => {
    const create = () => createTokenVerifier({ ...names, ...options });
    expect(create).toThrow(message);
    expect(create).toThrow(expect.objectContaining({ code: 'AUTH_OPTIONS' }));
  });
});

describe('keys from a URL', () => {
  /** A key server whose answer the test changes. */
  async function startKeyServer(keys: JSONWebKeySet = publicKeys) {
    const state = { keys: keys as unknown, status: 200, asked: 0, hangs: false };
    const server = createServer((_request, response) => {
      state.asked += 1;
      if (state.hangs) return;
      response.writeHead(state.status, { 'content-type': 'application/json' });
      response.end(typeof state.keys === 'string' ? state.keys : JSON.stringify(state.keys));
    });
    await listen(server);
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    return { state, url: new URL(`http://127.0.0.1:${port}/jwks.json`) };
  }

  const unavailable = {
    code: 'unavailable',
    retryable: true,
    retryAfterMs: 1_000,
    details: { reason: 'keys_unavailable' },
  };

  test('are fetched once for many tokens', async () => {
    const { state, url } = await startKeyServer();
    const verify = createTokenVerifier({ ...names, jwks: url });
    await Promise.all([verify(byKey.issue()), verify(byOtherKey.issue())]);
    await verify(byKey.issue());
    expect(state.asked).toBe(1);
  });

  test('are not fetched again for every made-up kid', async () => {
    const { state, url } = await startKeyServer();
    const verify = createTokenVerifier({ ...names, jwks: url });
    for (let count = 0; count < 50; count += 1) {
      const token = byKey.issue({}, { kid: `made-up-${count}` });
      await expect(verify(token)).rejects.toMatchObject(refusedAs('token_invalid'));
    }
    await expect(verify(byKey.issue({}, { kid: undefined }))).rejects.toMatchObject(
      refusedAs('token_invalid'),
    );
    expect(state.asked).toBe(1);
  });

  test('may be changed by their owner', async () => {
    const { state, url } = await startKeyServer({ keys: publicKeys.keys.slice(0, 1) });
    const verify = createTokenVerifier({
      ...names,
      jwks: url,
      remoteKeys: { cooldownMs: 0 },
    });
    await verify(byKey.issue());
    state.keys = publicKeys;
    await verify(byOtherKey.issue());
    expect(state.asked).toBe(2);
  });

  test.each([
    ['fails', { status: 500 }],
    ['sends the request elsewhere', { status: 302 }],
    ['answers nonsense', { keys: '<html>' }],
    ['answers another document', { keys: { error: 'not here' } }],
  ])('are unavailable, and the token not judged, when their server %s', async (_how, broken) => {
    const { state, url } = await startKeyServer();
    let now = Date.now();
    const verify = createTokenVerifier({ ...names, jwks: url }, { clock: () => now });
    const works = { ...state };
    Object.assign(state, broken);
    await expect(verify(byKey.issue())).rejects.toMatchObject(unavailable);
    Object.assign(state, { ...works, asked: state.asked });
    now += 1_000;
    await expect(verify(byKey.issue())).resolves.toMatchObject({ roles: ['developer'] });
  });

  test('are unavailable when their server does not answer in time', async () => {
    const { state, url } = await startKeyServer();
    const verify = createTokenVerifier({ ...names, jwks: url, remoteKeys: { timeoutMs: 20 } });
    state.hangs = true;
    await expect(verify(byKey.issue())).rejects.toMatchObject(unavailable);
  });

  test('are unavailable when nobody listens, and forged tokens do not ask again at once', async () => {
    let asked = 0;
    let now = Date.now();
    const verify = createTokenVerifier(
      {
        ...names,
        jwks: new URL('https://keys.example/'),
        remoteKeys: {
          fetch: () => {
            asked += 1;
            return Promise.reject(new TypeError('fetch failed'));
          },
        },
      },
      { clock: () => now },
    );
    for (let count = 0; count < 20; count += 1) {
      await expect(verify(byKey.issue())).rejects.toMatchObject(unavailable);
    }
    expect(asked).toBe(1);
    now += 1_000;
    await expect(verify(byKey.issue())).rejects.toMatchObject(unavailable);
    expect(asked).toBe(2);
  });

  test('go on to serve while their server is down, until they are too old', async () => {
    const { state, url } = await startKeyServer();
    const verify = createTokenVerifier({ ...names, jwks: url });
    await verify(byKey.issue());
    const strict = createTokenVerifier({ ...names, jwks: url, remoteKeys: { maxAgeMs: 0 } });
    await strict(byKey.issue());
    state.status = 500;
    await verify(byKey.issue());
    await expect(strict(byKey.issue())).rejects.toMatchObject(unavailable);
  });

  test('that did not sign a token do not let it in', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { url } = await startKeyServer({ keys: [publicJwk(other.publicKey, 'r1', 'RS256')] });
    const verify = createTokenVerifier({ ...names, jwks: url });
    await expect(verify(byKey.issue())).rejects.toMatchObject(refusedAs('token_invalid'));
  });
});
