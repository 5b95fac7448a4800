import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { OperationName } from '@ide-assistant/sdk/protocol';
import { describe, expect, test, vi } from 'vitest';
import {
  actionGroups,
  createPolicyEngine,
  defaultPolicies,
  policySchema,
} from '../../src/governance/index.ts';
import { loadCedar } from '../../src/governance/cedar.ts';
import { readFacts, toCedarRequest } from '../../src/governance/cedar-request.ts';
import { loadPolicies } from '../../src/governance/loaded-policies.ts';
import { readPolicySet } from '../../src/governance/policy-set.ts';
import { ask } from './requests.ts';

// The traps of Cedar that lie in its engine; listed with the others in cedar-traps.test.ts.

const permitAll = '@id("all") permit (principal, action, resource);\n';
const noNeeds = { principal: false, action: false, resource: false };

describe('9: a request that Cedar is not asked to check', () => {
  const names = Object.keys(actionGroups) as OperationName[];
  const odd = `@id("size") @decision("block") @code("SIZE") @reason("Large")
    forbid (principal, action, resource)
    when { context has size && context.size > 100 && context has language };
    @id("members") @decision("block") @code("MEMBERS") @reason("Members")
    forbid (principal, action in IDE::Action::"write", resource in IDE::Workspace::"s_2")
    when { context.roles.contains("guest") || IDE::User::"ada" in IDE::Role::"guest" };
    @id("whole") @decision("review") @code("WHOLE") @reason("Whole") @approvers("admin") @ttl("9")
    forbid (principal is IDE::User, action, resource)
    when { action in IDE::Action::"execute" && {facts: context}.facts.recursive }
    unless { context.approved };`;
  const requests = names.flatMap((name, index) => [
    ask(name, { path: 'src/A.ts', size: 50 * index, ...(index % 2 ? { language: 'ts' } : {}) }),
    ask(name, { kind: 'assistant', path: '.github/workflows', isDirectory: true, riskScore: 95 }),
    ask(name, { roles: ['guest', 'admin'], sessionId: 's_2', path: 'a' }),
    ask(name, { recursive: index % 3 > 0, findings: ['b', 'a'] }),
  ]);

  test('fits the schema all the same, and gives the answer that a checked one gives', async () => {
    const cedar = await loadCedar();
    const set = readPolicySet(cedar, [
      { name: 'defaults', text: defaultPolicies },
      { name: 'odd', text: odd },
    ]);
    const texts = Object.fromEntries([...set.policies].map(([id, { text }]) => [id, text]));
    cedar.preparseSchema('checked', policySchema);
    cedar.preparsePolicySet('checked', { staticPolicies: texts });
    const engine = await createPolicyEngine({ policies: odd, memoEntries: 0 });
    const everything = { principal: true, action: false, resource: true, context: 'all' } as const;
    const effects = new Set<string>();
    for (const request of requests) {
      for (const approved of [false, true]) {
        const answer = cedar.statefulIsAuthorized({
          ...toCedarRequest(readFacts(request, approved), everything),
          preparsedPolicySetId: 'checked',
          preparsedSchemaName: 'checked',
          validateRequest: true,
        });
        if (answer.type === 'failure') throw new Error(answer.errors[0]?.message);
        const { decision, diagnostics } = answer.response;
        const found = engine.decide(request, { approved });
        expect(found.effect === 'allow').toBe(decision === 'allow');
        expect([...found.policies].sort()).toEqual(diagnostics.reason.sort());
        effects.add(found.effect);
      }
    }
    expect([...effects].sort()).toEqual(['allow', 'block', 'review']);
  });
});

test('10: an engine that Cedar fails blocks, tells why, and decides again once Cedar does', async () => {
  const onError = vi.fn<(error: Error) => void>();
  const cedar = { ...(await loadCedar()) };
  const set = readPolicySet(cedar, [{ name: 'host policies', text: permitAll }]);
  const policies = loadPolicies({ cedar, set, slot: 'failing', memoEntries: 9, onError });
  const { statefulIsAuthorized } = cedar;
  const request = ask('file_save', { path: 'a' });
  cedar.statefulIsAuthorized = () => {
    throw new Error('unreachable');
  };
  expect(policies.decide(request, false)).toMatchObject({ effect: 'block', code: 'ENGINE_ERROR' });
  cedar.statefulIsAuthorized = (call) =>
    statefulIsAuthorized({ ...call, preparsedPolicySetId: 'never given' });
  expect(policies.decide(request, false)).toMatchObject({ effect: 'block', code: 'ENGINE_ERROR' });
  expect(onError.mock.calls.map(([error]) => error.message)).toEqual([
    'ENGINE_ERROR: unreachable',
    expect.stringContaining('never given'),
  ]);
  cedar.statefulIsAuthorized = statefulIsAuthorized;
  expect(policies.decide(request, false).effect).toBe('allow');
});

test('10: what is released decides nothing, and leaves its name to the next set', async () => {
  const cedar = await loadCedar();
  const set = readPolicySet(cedar, [{ name: 'host policies', text: permitAll }]);
  const options = { cedar, set, slot: 'again', memoEntries: 0, onError: () => {} };
  const first = loadPolicies(options);
  const request = ask('file_save', { path: 'a' });
  expect(first.decide(request, false).effect).toBe('allow');
  first.release();
  expect(first.decide(request, false)).toMatchObject({ effect: 'block', code: 'ENGINE_ERROR' });
  const asked = toCedarRequest(readFacts(request, false), { ...noNeeds, context: 'all' });
  expect(cedar.statefulIsAuthorized({ ...asked, preparsedPolicySetId: 'again/0' })).toMatchObject({
    response: { decision: 'deny', diagnostics: { reason: [], errors: [] } },
  });
  expect(loadPolicies(options).decide(request, false).effect).toBe('allow');
});

test('10: a set with a mistake is refused, and the engine of the old set goes on deciding', async () => {
  const engine = await createPolicyEngine({ defaults: false, policies: permitAll });
  await expect(
    createPolicyEngine({ defaults: false, policies: `${permitAll}permit (` }),
  ).rejects.toMatchObject({ code: 'POLICY_INVALID' });
  expect(engine.decide(ask('file_save', { path: 'a' })).effect).toBe('allow');
});

test('10: a thread of its own, which shares no parsed set, decides the same', async () => {
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

test('11: Cedar is loaded by the entry that every Node takes, without a warning', async () => {
  const load = "await import('@cedar-policy/cedar-wasm/nodejs'); console.log('loaded');";
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', load], {
    cwd: import.meta.dirname,
  });
  await expect(run).resolves.toEqual({ stdout: 'loaded\n', stderr: '' });
});

describe('12: what the validator only warns about refuses to start', () => {
  test.each([
    [
      'a policy that can never apply',
      `@id("never") permit (principal, action, resource is IDE::Path)
       when { resource is IDE::Workspace };`,
    ],
    [
      'a name in two scripts',
      '@id("fake") permit (principal in IDE::Role::"\u0430dmin", action, resource);',
    ],
  ])('%s', async (_what, policies) => {
    await expect(createPolicyEngine({ policies })).rejects.toMatchObject({
      code: 'POLICY_INVALID',
    });
  });
});

test('13: a number beyond 2^53 in a policy stays what it is', async () => {
  const engine = await createPolicyEngine({
    defaults: false,
    policies: `@id("exact") permit (principal, action in IDE::Action::"write", resource)
      when { context has size && context.size + 2 == 9007199254740993 };`,
  });
  const size = Number.MAX_SAFE_INTEGER;
  expect(engine.decide(ask('file_save', { path: 'a', size })).effect).toBe('allow');
  expect(engine.decide(ask('file_save', { path: 'a', size: size - 1 })).effect).toBe('block');
});
