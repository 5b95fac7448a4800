import { describe, expect, test } from 'vitest';
import type { Logger } from '../../src/logger.ts';
import { redact, redactingLogger } from '../../src/redact.ts';
import { RequestError } from '../../src/errors.ts';
import { bySecret } from './forge.ts';

const canary = 'kanarie-5521';
const jwt = bySecret.issue({ jti: canary });

/** JSON with a secret that has quotes in it. */
const json = JSON.stringify({ password: `${canary} " ${canary}`, user: 'ada' });

/** All of a value that a sink could write. */
function written(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

describe('a secret in a text', () => {
  test.each([
    ['a token in a query', `GET /ide/ws?token=${canary}&client=c1`, 'client=c1'],
    ['an access token in a fragment', `https://a.example/#access_token=${canary}&x=1`, '&x=1'],
    ['a ticket', `/ws?session=s1&ticket=${canary}`, 'session=s1'],
    ['a query within a query', `/login?next=%2Fws%3Ftoken%3D${canary}`, '/login'],
    ['a JWT', `the token ${jwt} was refused`, 'was refused'],
    ['a JWT right after letters', `token_${jwt}`, 'token_'],
    ['a JWT without its signature', jwt.split('.').slice(0, 2).join('.'), ''],
    ['a JWT that was cut off', jwt.slice(0, 60), ''],
    ['a short thing like a JWT', `eyJ0.eyJ${canary}.x`, ''],
    ['the protocols of a handshake', `sec-websocket-protocol: ide, bearer.${canary}`, ''],
    ['a bearer header', `authorization: Bearer ${canary}`, ''],
    ['a bearer protocol', `offered bearer.${canary} and more`, 'and more'],
    ['bearer and a long token', `Bearer ${canary}${canary}, then`, ', then'],
    ['cookies', `Cookie: a=1; sid=${canary}`, ''],
    ['a header in JSON', `{"authorization":"Basic ${canary}","host":"a.example"}`, 'a.example'],
    ['a field in JSON', `{"password":"${canary} \\" ${canary}","user":"ada"}`, '"user":"ada"'],
    ['a field in JSON within JSON', written({ body: json, kept: 1 }), '"kept":1'],
    [
      'a field in JSON, three times over',
      written({ body: written({ body: json }), kept: 1 }),
      'ada',
    ],
    ['a field in JSON within JSON that was cut off', written({ body: json }).slice(0, 40), ''],
    ['a header in JSON within JSON', written({ body: written({ cookie: `a=${canary}` }) }), ''],
    ['a pair in JSON', written([{ name: 'Cookie', value: `a=${canary}` }, 'next']), 'next'],
    [
      'a pair in JSON within JSON',
      written({ body: written([{ key: 'token', value: canary }]) }),
      '',
    ],
    ['a pair as Node shows it', `{ name: 'set-cookie', value: 'a=${canary}' } next`, 'next'],
    ['a setting', `API_KEY=${canary} PORT=80`, 'PORT=80'],
    ['a quoted setting', `client_secret: '${canary} with blanks' next`, 'next'],
    ['a login in a URL', `postgres://ada:${canary}@db.example/x`, 'db.example/x'],
    ['a key of a model server', `key sk-${canary}0123456789 is wrong`, 'is wrong'],
    [
      'a private key',
      `-----BEGIN EC PRIVATE KEY-----\n${canary}\n-----END EC PRIVATE KEY-----\nafter`,
      'after',
    ],
    ['a private key that was cut off', `-----BEGIN PRIVATE KEY-----\n${canary}`, ''],
  ])('is taken out: %s', (_what, text, rest) => {
    const left = redact(text);
    expect(left).toEqual(expect.stringContaining('[redacted]'));
    expect(left).not.toContain(canary);
    expect(left).not.toContain(jwt.split('.')[1]);
    expect(left).toEqual(expect.stringContaining(rest));
  });

  test.each([
    'The session s_1 was opened by ada at 2026-11-21T12:00:00.000Z.',
    'at Object.keyJoin.method (/app/node_modules/some-package/long_file_name.js:12:34)',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'The token has expired. Renew it and ask again.',
    'Unexpected token } in JSON at position 4',
    'usage: 120 tokens, max_tokens 4096',
    '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----',
  ])('is not seen in %j', (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe('a secret in a field', () => {
  test.each([
    ...['password', 'dbPassword', 'secret', 'client_secret', 'token', 'access-token', 'tokens'],
    ...['apiKey', 'API_KEY', 'privateKey', 'credentials', 'Authorization', 'cookie', 'set-cookie'],
    ...['Sec-WebSocket-Protocol', 'proxy-authorization', 'ticket', 'jwt', 'passphrase'],
  ])('named %s is taken out, whatever it is', (name) => {
    expect(redact({ [name]: canary, kept: 1 })).toEqual({ [name]: '[redacted]', kept: 1 });
    expect(written(redact({ deep: [{ [name]: { value: [canary] } }] }))).not.toContain(canary);
    expect(written(redact(new Map([[name, canary]])))).not.toContain(canary);
    expect(written(redact(['host', 'a.example', name, canary]))).not.toContain(canary);
    expect(written(redact([[name, canary]]))).not.toContain(canary);
    expect(redact([{ value: canary, name, kept: 1 }])).toEqual([
      { value: '[redacted]', name, kept: 1 },
    ]);
    expect(written(redact({ key: name, value: [canary] }))).not.toContain(canary);
  });

  test('of headers is taken out', () => {
    const headers = new Headers({ authorization: `Bearer ${canary}`, host: 'a.example' });
    expect(redact({ headers })).toEqual({
      headers: { authorization: '[redacted]', host: 'a.example' },
    });
  });

  test('is not seen in what only speaks of one', () => {
    const fields = {
      ...{ tokenId: 't1', tokenBytes: 12, inputTokens: 7, tokens: 9, isSecret: true },
      ...{ password: null, secret: false, author: 'ada', key: 'k', passed: 3 },
    };
    expect(redact(fields)).toEqual(fields);
  });

  test('of a name that is itself a token is taken out', () => {
    expect(written(redact({ [jwt]: 1 }))).not.toContain(jwt);
  });
});

describe('an error', () => {
  test('keeps name, message, code, stack and cause, and is an error still', () => {
    const cause = new TypeError(`fetch of https://a.example/?token=${canary} failed`);
    const error = new RequestError('unavailable', `Bad ${jwt}`, { cause });
    const left = redact(error) as RequestError & { cause: Error };
    expect(left).toBeInstanceOf(Error);
    expect(left).toMatchObject({
      name: 'RequestError',
      message: 'Bad [redacted]',
      code: 'unavailable',
      cause: { name: 'TypeError', message: 'fetch of https://a.example/?token=[redacted] failed' },
    });
    expect(left.stack).toContain('redact.test.ts');
    expect(JSON.parse(written(left))).toMatchObject({ name: 'RequestError', code: 'unavailable' });
    for (const text of [written(left), left.stack, left.cause.stack]) {
      expect(text).not.toContain(canary);
      expect(text).not.toContain(jwt);
    }
  });

  test('of many keeps each, and drops what else hangs on it', () => {
    const inner = Object.assign(new Error('inner'), { payload: { jti: canary } });
    const left = redact(new AggregateError([inner], 'outer'));
    expect(left).toMatchObject({ message: 'outer', errors: [{ message: 'inner' }] });
    expect(written(left)).not.toContain(canary);
  });

  test('whose stack is gone gets no other', () => {
    const error = new Error('bare');
    delete error.stack;
    expect((redact(error) as Error).stack).toBeUndefined();
  });
});

describe('whatever it is given', () => {
  test('cycles are cut, and what is met twice is not', () => {
    const shared = { a: 1 };
    const cyclic: Record<string, unknown> = { first: shared, second: shared };
    cyclic['self'] = cyclic;
    expect(redact(cyclic)).toEqual({ first: { a: 1 }, second: { a: 1 }, self: '[circular]' });
    const error = new Error('own cause');
    error.cause = error;
    expect(redact(error)).toMatchObject({ cause: '[circular]' });
  });

  test('values of every kind can be written', () => {
    const value = {
      ...{ none: undefined, nothing: null, yes: true, number: 1.5, big: 12n, symbol: Symbol('s') },
      ...{ call: () => canary, date: new Date(0), never: new Date(Number.NaN) },
      ...{ bytes: Buffer.from(canary), url: new URL(`https://a.example/?token=${canary}`) },
      ...{ set: new Set(['a']), map: new Map([[{}, 'b']]), pattern: /x/ },
    };
    expect(redact(value)).toEqual({
      ...{ none: undefined, nothing: null, yes: true, number: 1.5, big: '12' },
      ...{ symbol: 'Symbol(s)', call: '[function]', date: '1970-01-01T00:00:00.000Z' },
      ...{ never: null, bytes: '[12 bytes]', url: 'https://a.example/?token=[redacted]' },
      ...{ set: ['a'], map: { '[object]': 'b' }, pattern: '/x/' },
    });
  });

  test('what throws when it is touched is passed over', () => {
    const trap = new Proxy(
      {},
      {
        get: () => {
          throw new Error('get');
        },
        ownKeys: () => {
          throw new Error('keys');
        },
        getPrototypeOf: () => {
          throw new Error('prototype');
        },
      },
    );
    const getter = {
      get broken(): string {
        throw new Error('getter');
      },
    };
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(redact({ trap, getter, proxy, kept: 1 })).toEqual({
      ...{ trap: '[unreadable]', getter: { broken: '[unreadable]' }, proxy: '[unreadable]' },
      kept: 1,
    });
    expect(redact(proxy)).toBe('[unreadable]');
  });

  test('a prototype is not changed', () => {
    const left = redact(JSON.parse('{"__proto__":{"polluted":1}}')) as object;
    expect(Object.getPrototypeOf(left)).toBe(Object.prototype);
    expect(Object.hasOwn(left, '__proto__')).toBe(true);
  });

  test('it is small enough for a line of a log', () => {
    let deep: unknown = 'end';
    for (let level = 0; level < 10_000; level += 1) deep = [deep];
    const wide = Array.from({ length: 20_000 }, (_, index) => ({ index, text: 'x'.repeat(100) }));
    const fields = Object.fromEntries(wide.map(({ index }) => [`f${index}`, 'x'.repeat(100)]));
    const text = 'a '.repeat(1_000_000);
    for (const value of [deep, wide, fields, text, { text, wide }, new Set(wide)]) {
      expect(written(redact(value)).length).toBeLessThan(200_000);
    }
    expect(redact(text)).toMatch(/\(\d+ more characters\)$/);
  });
});

// Each pattern gets what makes a careless one try for ever; the test ends, or is ended.
test.each([
  ...['eyJ', 'eyJ.', 'eyJa.eyJ', 'a-'.repeat(20), `${'a'.repeat(16)}.`, '-----BEGIN '],
  ...['-----BEGIN PRIVATE KEY-----', '-----BEGIN A PRIVATE ', 'token=', 'token="', "token='\\"],
  ...['token\\"', 'token\\":\\"', 'token\\":\\"a\\\\', '"name":"token', '"key":"a-token",'],
  ...['"\\', 'authorization:', 'authorization:"\\', '://', '://a', '://a:', '://a:b', 'bearer '],
  ...['bearer.', 'Basic ', 'sk-', 'password   ', 'password:   "', '%3d', ' ', '\u{1F600}', '\0'],
])('a megabyte of %j is gone through', (piece) => {
  const text = piece.repeat(Math.ceil(1_048_576 / piece.length));
  const left = redact({ text, error: new Error(text), [text]: 1 });
  expect(written(left).length).toBeLessThan(500_000);
});

test('a logger gets fields and message without secrets, on every level', () => {
  const lines: unknown[][] = [];
  class HostLogger implements Logger {
    readonly lines = lines;
    debug(...line: unknown[]) {
      this.lines.push(line);
    }
    info(...line: unknown[]) {
      this.lines.push(line);
    }
    warn(...line: unknown[]) {
      this.lines.push(line);
    }
    error(...line: unknown[]) {
      this.lines.push(line);
    }
  }
  const logger = redactingLogger(new HostLogger());
  for (const level of ['debug', 'info', 'warn', 'error'] as const) {
    logger[level]({ error: new Error(jwt), token: canary, id: 7 }, `Refused ?token=${canary}.`);
  }
  expect(lines).toHaveLength(4);
  for (const [fields, message] of lines) {
    expect(fields).toMatchObject({ token: '[redacted]', id: 7, error: { message: '[redacted]' } });
    expect(message).toBe('Refused ?token=[redacted]');
  }
  expect(written(lines)).not.toContain(canary);
});
