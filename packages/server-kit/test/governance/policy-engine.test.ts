import { beforeAll, describe, expect, test, vi } from 'vitest';
import {
  createPolicyEngine,
  type PolicyEngine,
  type PolicyRequest,
} from '../../src/governance/index.ts';
import { ask } from './requests.ts';

const permitAll = '@id("all") permit (principal, action, resource);\n';

interface Review {
  id: string;
  approvers: string;
  ttl?: number;
  when?: string;
}
const review = ({ id, approvers, ttl = 60, when = 'true' }: Review) =>
  `@id("${id}") @decision("review") @code("${id.toUpperCase()}") @reason("Why ${id}")
   @approvers("${approvers}") @ttl("${ttl}")
   forbid (principal, action, resource) when { ${when} } unless { context.approved };\n`;

describe('policies of the host', () => {
  test('add to the defaults', async () => {
    const engine = await createPolicyEngine({
      policies: `@id("no-lockfiles") @decision("block") @code("LOCKFILE") @reason("Run npm instead")
        forbid (principal, action in IDE::Action::"write", resource)
        when { context.nameLower == "package-lock.json" };
        @id("auditors-chat")
        permit (principal in IDE::Role::"auditor", action in IDE::Action::"converse", resource);`,
    });
    expect(engine.decide(ask('file_save', { path: 'app/package-lock.json' }))).toEqual({
      effect: 'block',
      policies: ['no-lockfiles'],
      code: 'LOCKFILE',
      reason: 'Run npm instead',
    });
    expect(engine.decide(ask('chat', { roles: ['auditor'] })).effect).toBe('allow');
    expect(engine.decide(ask('file_save', { path: '.git/config' })).effect).toBe('block');
  });

  test('cannot permit what a default forbids', async () => {
    const engine = await createPolicyEngine({ policies: permitAll });
    expect(engine.decide(ask('file_save', { path: '.git/config' })).effect).toBe('block');
  });

  test('stand alone without the defaults, and then nothing is allowed that they do not permit', async () => {
    const none = await createPolicyEngine({ defaults: false });
    expect(none.decide(ask('ping', { roles: ['admin'] }))).toMatchObject({ code: 'NO_PERMIT' });
    const all = await createPolicyEngine({ defaults: false, policies: permitAll });
    expect(all.decide(ask('file_save', { path: '.git/config' }))).toEqual({
      effect: 'allow',
      policies: ['all'],
    });
  });

  test('may look at every fact of a request', async () => {
    const engine = await createPolicyEngine({
      defaults: false,
      policies: `@id("exact") permit (
          principal == IDE::Assistant::"ada",
          action == IDE::Action::"ide_file_save",
          resource == IDE::Path::"Src/Main.TS"
        ) when {
          principal in IDE::Role::"developer" && principal in IDE::Role::"lead" &&
          context.path == "Src/Main.TS" && context.pathLower == "src/main.ts" &&
          context.nameLower == "main.ts" && context.segmentsLower == ["src", "main.ts"] &&
          context.extension == "ts" && context.roles == ["developer", "lead"] &&
          context.byAssistant && resource in IDE::Workspace::"s_9" &&
          context.sessionId == "s_9" && context.recursive && !context.isDirectory &&
          context.findings == ["secret", "taint"] && !context.approved &&
          context has riskScore && context.riskScore == 7 &&
          context has size && context.size == 12 &&
          context has language && context.language == "typescript"
        };`,
    });
    const asked = {
      kind: 'assistant',
      roles: ['lead', 'developer'],
      sessionId: 's_9',
      path: 'Src/Main.TS',
      recursive: true,
      findings: ['taint', 'secret'],
      riskScore: 7,
      size: 12,
      language: 'typescript',
    } as const;
    expect(engine.decide(ask('file_save', asked)).effect).toBe('allow');
    expect(engine.decide(ask('file_save', { ...asked, size: 13 })).effect).toBe('block');
  });

  test('tell the workspace of one session from that of another', async () => {
    const engine = await createPolicyEngine({
      defaults: false,
      policies: `@id("own") permit (principal, action, resource in IDE::Workspace::"s_1");`,
    });
    for (const path of [undefined, '', 'src/a.ts']) {
      const asked = path === undefined ? {} : { path };
      expect(engine.decide(ask('file_open', asked)).effect).toBe('allow');
      expect(engine.decide(ask('file_open', { ...asked, sessionId: 's_2' })).effect).toBe('block');
    }
  });

  test('know the extension of a path, in lower case and without the dot', async () => {
    const engine = await createPolicyEngine({
      defaults: false,
      policies: `@id("e") permit (principal, action, resource)
        when { context has language && context.extension == context.language };`,
    });
    const extensions = {
      'src/Main.TS': 'ts',
      'a.tar.gz': 'gz',
      '.env': '',
      '.env.local': 'local',
      'src.d/Makefile': '',
      'a.': '',
      '': '',
    };
    for (const [path, language] of Object.entries(extensions)) {
      const { effect } = engine.decide(ask('file_open', { path, language }));
      expect([path, effect]).toEqual([path, 'allow']);
    }
  });

  test('find the path of a request whose resource is the workspace in its context', async () => {
    const engine = await createPolicyEngine({
      defaults: false,
      policies: `@id("w") permit (principal, action, resource is IDE::Workspace)
        when { context.path == "src/run.py" };`,
    });
    const request: PolicyRequest = {
      ...ask('code_execute'),
      resource: { kind: 'workspace' },
      context: { sessionId: 's_1', path: 'src/run.py' },
    };
    expect(engine.decide(request).effect).toBe('allow');
    expect(engine.decide(ask('code_execute')).effect).toBe('block');
  });
});

describe('reviews', () => {
  test('that apply together ask for the roles in common, and the shortest wait', async () => {
    const engine = await createPolicyEngine({
      policies:
        review({ id: 'one', approvers: 'lead, security, admin', ttl: 600 }) +
        review({ id: 'two', approvers: 'admin,security', ttl: 30 }),
    });
    expect(engine.decide(ask('file_open', { path: 'a.ts' }))).toEqual({
      effect: 'review',
      policies: ['one', 'two'],
      code: 'ONE',
      reasons: ['Why one', 'Why two'],
      approvers: ['security', 'admin'],
      fourEyes: false,
      grantable: false,
      ttlMs: 30_000,
    });
  });

  test('block where no role is left to approve', async () => {
    const engine = await createPolicyEngine({
      policies:
        review({ id: 'one', approvers: 'lead' }) + review({ id: 'two', approvers: 'admin' }),
    });
    expect(engine.decide(ask('file_open', { path: 'a.ts' }))).toMatchObject({
      effect: 'block',
      code: 'NO_APPROVER',
      policies: ['one', 'two'],
    });
  });

  test('are not asked for when a block applies too', async () => {
    const engine = await createPolicyEngine({
      policies: `${review({ id: 'one', approvers: 'admin' })}
        @id("two") @decision("block") @code("TWO") @reason("No") forbid (principal, action, resource);`,
    });
    expect(engine.decide(ask('file_open', { path: 'a.ts' }))).toEqual({
      effect: 'block',
      code: 'TWO',
      reason: 'No',
      policies: ['one', 'two'],
    });
  });

  test('are not asked for when a block would apply to the approved request', async () => {
    const engine = await createPolicyEngine({
      policies: `${review({ id: 'one', approvers: 'admin' })}
        @id("two") @decision("block") @code("TWO") @reason("No")
        forbid (principal, action, resource) when { context.approved };`,
    });
    expect(engine.decide(ask('file_open', { path: 'a.ts' }))).toMatchObject({ code: 'TWO' });
  });

  test('of an approved request ask nobody again', async () => {
    const engine = await createPolicyEngine({
      policies: review({ id: 'one', approvers: 'admin' }),
    });
    const request = ask('file_open', { path: 'a.ts' });
    expect(engine.decide(request, { approved: true }).effect).toBe('allow');
    expect(engine.decide(request, { approved: false }).effect).toBe('review');
  });
});

describe('the version', () => {
  test('is the same for the same policies, and another for any change', async () => {
    const version = async (policies?: string, defaults = true) =>
      (await createPolicyEngine({ ...(policies === undefined ? {} : { policies }), defaults }))
        .version;
    const defaults = await version();
    expect(defaults).toMatch(/^sha256:[0-9a-f]{64}$/);
    await expect(version('')).resolves.toBe(defaults);
    const versions = [
      defaults,
      await version(permitAll),
      await version(permitAll, false),
      await version(permitAll.replace('all', 'any')),
      await version('', false),
    ];
    expect(new Set(versions).size).toBe(versions.length);
  });
});

test('an engine that is closed blocks all, also what it has allowed before', async () => {
  const onError = vi.fn<(error: Error) => void>();
  const closed = await createPolicyEngine({ onError });
  const [asked, unasked] = ['a.ts', 'b.ts'].map((path) => ask('file_save', { path }));
  expect(closed.decide(asked as PolicyRequest).effect).toBe('allow');
  closed.close();
  for (const request of [asked, unasked] as PolicyRequest[]) {
    expect(closed.decide(request)).toMatchObject({ effect: 'block', code: 'ENGINE_ERROR' });
  }
  expect(onError).toHaveBeenCalledTimes(2);
});

describe('the memo', () => {
  const request = ask('file_save', { path: 'src/a.ts', riskScore: 1, findings: ['x', 'y'] });
  const variants: [string, PolicyRequest][] = [
    [
      'user',
      ask('file_save', { path: 'src/a.ts', riskScore: 1, findings: ['x', 'y'], userId: 'b' }),
    ],
    ['kind', { ...request, principal: { ...request.principal, kind: 'assistant' } }],
    ['roles', { ...request, principal: { ...request.principal, roles: ['viewer'] } }],
    ['more roles', { ...request, principal: { ...request.principal, roles: ['developer', 'x'] } }],
    ['action', { ...request, action: 'file_delete' }],
    ['path', ask('file_save', { path: 'src/b.ts', riskScore: 1, findings: ['x', 'y'] })],
    ['resource', { ...request, resource: { kind: 'workspace' } }],
    ...(
      [
        { sessionId: 's_2' },
        { riskScore: 2 },
        { size: 0 },
        { language: '' },
        { recursive: true },
        { isDirectory: true },
        { findings: ['x,y'] },
        { findings: [] },
      ] as const
    ).map((change): [string, PolicyRequest] => [
      JSON.stringify(change),
      { ...request, context: { ...request.context, ...change } },
    ]),
  ];

  const looksAtAll = `@id("curious") @decision("block") @code("CURIOUS") @reason("Never applies")
    forbid (principal, action, resource) when {
      context.sessionId == "no" && context.findings.contains("no") && context.recursive &&
      context has riskScore && context.riskScore == 3 && context has size && context.size == 3 &&
      context has language && context.language == "no" && resource in IDE::Workspace::"no"
    };`;

  let engine: PolicyEngine;
  beforeAll(async () => {
    engine = await createPolicyEngine({ policies: looksAtAll });
  });

  test('gives the kept decision to an equal request, however it is written', () => {
    const kept = engine.decide(request);
    expect(engine.decide(structuredClone(request))).toBe(kept);
    expect(
      engine.decide({ ...request, context: { ...request.context, findings: ['y', 'x'] } }),
    ).toBe(kept);
    const roles = ['developer', 'developer'];
    expect(engine.decide({ ...request, principal: { ...request.principal, roles } })).toBe(kept);
  });

  test('gives it also to a request that differs in what no policy looks at', async () => {
    const incurious = await createPolicyEngine();
    const kept = incurious.decide(request);
    for (const change of [{ size: 7 }, { language: 'python' }, { sessionId: 's_2' }]) {
      const context = { ...request.context, ...change };
      expect(incurious.decide({ ...request, context })).toBe(kept);
    }
    expect(incurious.decide({ ...request, context: { sessionId: 's', size: -1 } })).toMatchObject({
      code: 'REQUEST_INVALID',
    });
  });

  test.each(variants)('decides anew when the %s differs', (_what, variant) => {
    const kept = engine.decide(request);
    expect(engine.decide(variant)).not.toBe(kept);
    expect(engine.decide(request)).toBe(kept);
  });

  test('keeps the decisions before and after an approval apart', () => {
    const deletion = ask('file_delete', { path: 'src', isDirectory: true });
    expect(engine.decide(deletion).effect).toBe('review');
    expect(engine.decide(deletion, { approved: true }).effect).toBe('allow');
    expect(engine.decide(deletion).effect).toBe('review');
  });

  test('of one engine says nothing about another with other policies', async () => {
    const strict = await createPolicyEngine();
    const lax = await createPolicyEngine({ policies: permitAll, defaults: false });
    const inGit = ask('file_save', { path: '.git/config' });
    expect(lax.decide(inGit).effect).toBe('allow');
    expect(strict.decide(inGit).effect).toBe('block');
    expect(lax.decide(inGit).effect).toBe('allow');
  });

  test('forgets what was asked for least recently', async () => {
    const engine = await createPolicyEngine({ memoEntries: 2 });
    const [a, b, c] = ['a', 'b', 'c'].map((path) => ask('file_open', { path })) as [
      PolicyRequest,
      PolicyRequest,
      PolicyRequest,
    ];
    const [first, second] = [engine.decide(a), engine.decide(b)];
    expect(engine.decide(a)).toBe(first);
    engine.decide(c);
    expect(engine.decide(a)).toBe(first);
    expect(engine.decide(b)).not.toBe(second);
  });

  test('can be turned off', async () => {
    const engine = await createPolicyEngine({ memoEntries: 0 });
    expect(engine.decide(request)).not.toBe(engine.decide(request));
    expect(engine.decide(request)).toEqual(engine.decide(request));
    await expect(createPolicyEngine({ memoEntries: -1 })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
  });

  test('does not keep a request that is too long to be worth it', () => {
    const long = ask('file_open', { path: 'x'.repeat(4096) });
    expect(engine.decide(long)).not.toBe(engine.decide(long));
    expect(engine.decide(long)).toEqual(engine.decide(long));
  });

  test('never changes a decision, over a thousand requests that repeat and differ', async () => {
    const remembering = await createPolicyEngine({ memoEntries: 16 });
    const plain = await createPolicyEngine({ memoEntries: 0 });
    let state = 20_260_101;
    const pick = <T>(values: readonly [T, ...T[]]): T => {
      // Numerical Recipes' linear congruential generator: the same requests in every run.
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return values[Math.floor((state / 2 ** 32) * values.length)] ?? values[0];
    };
    const effects = new Set<string>();
    for (let round = 0; round < 1_000; round += 1) {
      const request = ask(pick(['file_save', 'file_delete', 'file_open', 'code_execute']), {
        kind: pick(['user', 'assistant']),
        roles: pick([[], ['viewer'], ['developer'], ['admin']]),
        path: pick(['a.ts', '.env', '.git/config', '.github/workflows/ci.yml']),
        isDirectory: pick([true, false]),
        ...pick([{}, { riskScore: 95 }]),
      });
      const approved = pick([true, false, false]);
      const decision = remembering.decide(request, { approved });
      expect(decision).toEqual(plain.decide(request, { approved }));
      effects.add(decision.effect);
    }
    expect([...effects].sort()).toEqual(['allow', 'block', 'review']);
  });
});
