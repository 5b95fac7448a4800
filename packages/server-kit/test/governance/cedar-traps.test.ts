import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createPolicyEngine,
  policySchema,
  type PolicyEngine,
  type PolicyRequest,
} from '../../src/governance/index.ts';
import { loadCedar } from '../../src/governance/cedar.ts';
import { ask } from './requests.ts';

const permitAll = '@id("all") permit (principal, action, resource);\n';

/** Passes the validator, since only the numbers of a request make it overflow. */
const overflowing = `@id("quota") @decision("block") @code("QUOTA") @reason("Too much")
  forbid (principal, action, resource)
  when { context has size && context.size * 9223372036854775807 > 10 };`;

describe('a forbid that fails', () => {
  test('is left out by Cedar, which then answers allow', async () => {
    const cedar = await loadCedar();
    const user = { type: 'IDE::User', id: 'ada' };
    const answer = cedar.isAuthorized({
      principal: user,
      action: { type: 'IDE::Action', id: 'ide_file_save' },
      resource: { type: 'IDE::Path', id: 'a' },
      context: { size: 5 },
      policies: { staticPolicies: permitAll + overflowing },
      entities: [],
    });
    expect(answer).toMatchObject({ type: 'success', response: { decision: 'allow' } });
  });

  test('blocks here, and the operator learns why', async () => {
    const onError = vi.fn<(error: Error) => void>();
    const engine = await createPolicyEngine({
      defaults: false,
      policies: permitAll + overflowing,
      onError,
    });
    const request = ask('file_save', { path: 'a', size: 5 });
    expect(engine.decide(request)).toMatchObject({
      effect: 'block',
      code: 'POLICY_ERROR',
      policies: ['quota'],
    });
    expect(engine.decide(request, { approved: true }).effect).toBe('block');
    expect(onError.mock.calls[0]?.[0].message).toMatch(/overflow/);
    expect(engine.decide(ask('file_save', { path: 'a', size: 0 })).effect).toBe('allow');
  });

  test('blocks also when it only fails for the approved request', async () => {
    const engine = await createPolicyEngine({
      policies: `@id("quota") @decision("block") @code("QUOTA") @reason("Too much")
        forbid (principal, action, resource)
        when { context.approved && context has size && context.size * 9223372036854775807 > 10 };`,
    });
    const request = ask('file_delete', { path: 'src', isDirectory: true, size: 5 });
    expect(engine.decide(request)).toMatchObject({ effect: 'block', code: 'POLICY_ERROR' });
  });
});

test('an engine that has lost its schema blocks, and decides again once it is back', async () => {
  const onError = vi.fn<(error: Error) => void>();
  const engine = await createPolicyEngine({ defaults: false, policies: permitAll, onError });
  const request = ask('file_save', { path: 'a' });
  const cedar = await loadCedar();
  cedar.preparseSchema(engine.version, 'entity Nothing;');
  expect(engine.decide(request)).toMatchObject({ effect: 'block', code: 'ENGINE_ERROR' });
  expect(onError).toHaveBeenCalledOnce();
  cedar.preparseSchema(engine.version, policySchema);
  expect(engine.decide(request).effect).toBe('allow');
});

test('decisions name policies by @id, which Cedar itself ignores', async () => {
  const engine = await createPolicyEngine({ defaults: false, policies: permitAll });
  expect(engine.decide(ask('ping')).policies).toEqual(['all']);
});

describe('a value that Cedar has no type for, or reads as something else, blocks', () => {
  const values: [string, unknown][] = [
    ['a fraction', { riskScore: 0.5 }],
    ['not a number', { riskScore: Number.NaN }],
    ['infinity', { size: Number.POSITIVE_INFINITY }],
    ['more than a risk can be', { riskScore: 101 }],
    ['a negative size', { size: -1 }],
    ['a number beyond 2^53', { size: 2 ** 63 }],
    ['a BigInt', { size: 5n }],
    ['a number as text', { riskScore: '1' }],
    ['null', { language: null }],
    ['a lone surrogate', { language: '\uD800' }],
    ['a boolean as text', { isDirectory: 'false' }],
    ['a text for a list', { findings: 'secret' }],
    ['an object with an entity', { language: { __entity: { type: 'IDE::Role', id: 'admin' } } }],
    ['an object with an extension', { language: { __extn: { fn: 'ip', arg: '127.0.0.1' } } }],
    ['an entity in a list', { findings: [{ __entity: { type: 'IDE::Role', id: 'admin' } }] }],
    ['a deep object', { language: deep(3_000) }],
  ];
  const onError = vi.fn<(error: Error) => void>();
  let engine: PolicyEngine;
  beforeAll(async () => {
    engine = await createPolicyEngine({ defaults: false, policies: permitAll, onError });
  });
  beforeEach(() => {
    onError.mockClear();
  });

  test.each(values)('%s', (_what, context) => {
    const request = ask('file_save', { path: 'a' });
    const odd = { ...request, context: { ...request.context, ...(context as object) } };
    expect(engine.decide(odd)).toMatchObject({ effect: 'block', code: 'REQUEST_INVALID' });
    expect(onError).toHaveBeenCalledOnce();
    expect(engine.decide(request).effect).toBe('allow');
  });

  const requests: [string, (request: PolicyRequest) => unknown][] = [
    [
      'a role that is an object',
      (request) => ({
        ...request,
        principal: { ...request.principal, roles: [{ type: 'IDE::Role', id: 'admin' }] },
      }),
    ],
    [
      'a kind of principal that there is not',
      (request) => ({ ...request, principal: { ...request.principal, kind: 'Role' } }),
    ],
    [
      'a kind from the prototype',
      (request) => ({ ...request, principal: { ...request.principal, kind: 'constructor' } }),
    ],
    [
      'a user without id',
      (request) => ({ ...request, principal: { ...request.principal, userId: undefined } }),
    ],
    ['an action that there is not', (request) => ({ ...request, action: 'write' })],
    ['an action from the prototype', (request) => ({ ...request, action: 'toString' })],
    [
      'a path that is an object',
      (request) => ({ ...request, resource: { kind: 'path', path: { __entity: {} } } }),
    ],
  ];
  test.each(requests)('%s', (_what, change) => {
    const odd = change(ask('file_save')) as PolicyRequest;
    expect(engine.decide(odd)).toMatchObject({ effect: 'block', code: 'REQUEST_INVALID' });
  });
});

test('facts that no policy may ask for do not reach Cedar', async () => {
  const engine = await createPolicyEngine({ defaults: false, policies: permitAll });
  const request = ask('file_save', { path: 'a' });
  const extra = { ...request, context: { ...request.context, approved: true, mfa: 1 } };
  expect(engine.decide(extra)).toBe(engine.decide(request));
});

test('a client cannot claim an approval among the facts', async () => {
  const engine = await createPolicyEngine();
  const request = ask('file_delete', { path: 'src', isDirectory: true });
  const claimed = { ...request, context: { ...request.context, approved: true } };
  expect(engine.decide(claimed).effect).toBe('review');
});

describe('a pattern in which * crosses slashes', () => {
  test.each([
    'src/../.git/config',
    './.git/config',
    '/etc/passwd',
    'src//a',
    'src/',
    'src/.',
    '..',
  ])('is never shown the path %s', async (path) => {
    const engine = await createPolicyEngine({
      defaults: false,
      policies: `@id("src") permit (principal, action, resource) when { context.path like "*" };`,
    });
    expect(engine.decide(ask('file_save', { path }))).toMatchObject({ code: 'REQUEST_INVALID' });
  });

  test('sees the root as the empty path', async () => {
    const engine = await createPolicyEngine({
      defaults: false,
      policies: `@id("root") permit (principal, action, resource) when { context.path == "" };`,
    });
    for (const path of ['', '.']) {
      expect(engine.decide(ask('directory_list', { path })).effect).toBe('allow');
    }
  });

  test('cannot be given one path to decide on and another to act on', async () => {
    const engine = await createPolicyEngine({ defaults: false, policies: permitAll });
    const request = ask('file_save', { path: 'src/a.ts' });
    const resource = { kind: 'path', path: '.git/config' } as const;
    expect(engine.decide({ ...request, resource })).toMatchObject({ code: 'REQUEST_INVALID' });
  });
});

test('patterns compare with a folded copy of the path, the path itself stays', async () => {
  const engine = await createPolicyEngine({
    defaults: false,
    policies: `@id("folded") permit (principal, action, resource)
      when { context.pathLower == "strasse/k/\u00e9" && context.path != context.pathLower };`,
  });
  // The Kelvin sign, sharp s, and e with a combining accent.
  expect(engine.decide(ask('file_open', { path: 'STRA\u00dfE/\u212a/e\u0301' })).effect).toBe(
    'allow',
  );
});

test('a set with a mistake is refused, and the engine of the old set goes on deciding', async () => {
  const engine = await createPolicyEngine({ defaults: false, policies: permitAll });
  await expect(
    createPolicyEngine({ defaults: false, policies: `${permitAll}permit (` }),
  ).rejects.toMatchObject({ code: 'POLICY_INVALID' });
  expect(engine.decide(ask('file_save', { path: 'a' })).effect).toBe('allow');
});

test('a thread of its own, which shares no parsed set, decides the same', async () => {
  const worker = new Worker(new URL('decide-in-thread.ts', import.meta.url), {
    execArgv: ['--conditions=ide-assistant-source'],
  });
  const [answer] = (await once(worker, 'message')) as [unknown];
  const engine = await createPolicyEngine();
  expect(answer).toEqual({
    version: engine.version,
    decision: engine.decide(ask('file_save', { path: '.git/config' })),
  });
  await worker.terminate();
});

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = { a: value };
  return value;
}
