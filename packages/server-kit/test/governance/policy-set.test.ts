import { readFile } from 'node:fs/promises';
import type { OperationName } from '@ide-assistant/sdk/protocol';
import { describe, expect, test } from 'vitest';
import { createPolicyEngine, defaultPolicies, policySchema } from '../../src/governance/index.ts';
import { loadCedar } from '../../src/governance/cedar.ts';
import { readPolicySet } from '../../src/governance/policy-set.ts';
import { ask } from './requests.ts';

async function refusalOf(policies: string, defaults = false): Promise<string> {
  const error: unknown = await createPolicyEngine({ policies, defaults }).catch(
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: 'KitError', code: 'POLICY_INVALID' });
  return (error as Error).message;
}

const fine = '@id("fine")\npermit (principal, action, resource);\n';
const block = (rest: string) =>
  `@id("odd")\n@decision("block")\n@code("ODD")\n@reason("Odd")\n${rest}`;

describe('a policy with a mistake refuses to start, and says where', () => {
  test('syntax: the policy that does not parse, and the line', async () => {
    const policies = `// naïve ünïcode\n${fine}\n@id("typo")\nforbid (principal, acton, resource);\n`;
    const message = await refusalOf(policies);
    expect(message).toMatch(/^host policies:6: policy "typo", column \d+: .*acton/);
  });

  test('syntax: a missing semicolon at the end', async () => {
    const message = await refusalOf(`${fine}@id("cut")\npermit (principal, action, resource)`);
    expect(message).toMatch(/^host policies:4: policy "cut", column \d+: unexpected end/);
  });

  test('syntax: before any id', async () => {
    expect(await refusalOf('\npermitt (principal, action, resource);')).toMatch(
      /^host policies:2: a policy without @id, column 1: /,
    );
  });

  test('an action that does not exist, with the one that was meant', async () => {
    const message = await refusalOf(
      `${fine}// é\n${block('forbid (\n  principal,\n  action == IDE::Action::"ide_file_sav",\n  resource\n);')}`,
    );
    expect(message).toMatch(/^host policies:10: policy "odd", column \d+: .*ide_file_sav/);
    expect(message).toContain('did you mean `IDE::Action::"ide_file_save"`');
  });

  test('the right line after letters that take several bytes', async () => {
    const comment = `// ${'\u65e5'.repeat(100)}\n`;
    const rest = `${fine.replace('fine', 'later')}\n`;
    expect(
      await refusalOf(`${comment}@id("typo")\nforbid (principal, acton, resource);\n${rest}`),
    ).toMatch(/^host policies:3: policy "typo", column \d+/);
    expect(
      await refusalOf(
        block(`forbid (principal, action, resource) ${comment}when {
        context.riskscore > 3\n} unless {\ncontext.path == "a"\n};\n${rest}`),
      ),
    ).toMatch(/^host policies:7: policy "odd", column \d+/);
  });

  test('a misspelt attribute', async () => {
    const message = await refusalOf(
      block('forbid (principal, action, resource)\nwhen { context.riskscore > 3 };'),
    );
    expect(message).toMatch(/^host policies:6: policy "odd", column \d+: .*riskscore/);
  });

  test('an attribute that may be absent, used without a test', async () => {
    const message = await refusalOf(
      block('forbid (principal, action, resource) when { context.riskScore > 3 };'),
    );
    expect(message).toContain('context has riskScore');
  });

  test('a comparison of different types', async () => {
    const message = await refusalOf(
      block('forbid (principal, action, resource) when { context.path == 3 };'),
    );
    expect(message).toMatch(/^host policies:5: policy "odd", column \d+/);
  });

  test('a policy that can never apply, which Cedar only warns about', async () => {
    const message = await refusalOf(
      block(
        'forbid (principal, action, resource is IDE::Path) when { resource is IDE::Workspace };',
      ),
    );
    expect(message).toContain('impossible');
  });

  test('a role whose name mixes scripts in order to look like another', async () => {
    const message = await refusalOf(
      '@id("fake") permit (principal in IDE::Role::"\u0430dmin", action, resource);',
    );
    expect(message).toContain('mixed scripts');
  });

  test('all mistakes of a kind at once', async () => {
    const message = await refusalOf(
      'permit (principal, action, resource);\n@id("b")\nforbid (principal, action, resource);',
    );
    expect(message.split('\n')).toEqual([
      'host policies:1: a policy without @id: @id is missing',
      'host policies:2: policy "b": @decision is missing',
    ]);
  });

  test('the line of the policy itself, not of a copy that was commented out', async () => {
    const policy = '@id("twice") forbid (principal, action, resource);';
    expect(await refusalOf(`// ${policy}\n\n${policy}\n`)).toMatch(/^host policies:3: /);
  });
});

describe('an annotation that would be ignored refuses to start', () => {
  const review =
    '@id("r")\n@decision("review")\n@code("R")\n@reason("R")\n@approvers("admin")\n@ttl("60")\n';
  const when = 'forbid (principal, action, resource) unless { context.approved };';

  test.each([
    ['no id', `permit (principal, action, resource);`, '@id is missing'],
    ['an empty id', `@id("") permit (principal, action, resource);`, '@id must be'],
    [
      'an id with a line break',
      `@id("a\\nb") permit (principal, action, resource);`,
      '@id must be',
    ],
    ['an id twice', fine + fine, '@id is taken by host policies:1'],
    [
      'an id of the defaults',
      '@id("git-internals") permit (principal, action, resource);',
      '@id is taken by default policies:',
    ],
    ['a forbid without decision', `@id("f") ${when}`, '@decision is missing'],
    [
      'an unknown decision',
      `@id("f") @decision("ask") @code("F") @reason("F") ${when}`,
      '@decision must be block or review',
    ],
    [
      'a block without code',
      `@id("f") @decision("block") @reason("F") ${when}`,
      '@code is missing',
    ],
    [
      'a block without reason',
      `@id("f") @decision("block") @code("F") ${when}`,
      '@reason is missing',
    ],
    [
      'a permit with a decision',
      `@id("p") @decision("review") permit (principal, action, resource);`,
      '@decision is not an annotation of a permit',
    ],
    [
      'a misspelt four eyes',
      `${review}@foureyes("true")\n${when}`,
      '@foureyes is not an annotation of a review',
    ],
    [
      'a doubtful four eyes',
      `${review}@fourEyes("yes")\n${when}`,
      '@fourEyes must be true or false',
    ],
    ['four eyes without a value', `${review}@fourEyes\n${when}`, '@fourEyes has no value'],
    ['a grant without a value', `${review}@grantable\n${when}`, '@grantable has no value'],
    ['an id without a value', '@id permit (principal, action, resource);', '@id has no value'],
    [
      'a reason without a value',
      `@id("f") @decision("block") @code("F") @reason ${when}`,
      '@reason has no value',
    ],
    [
      'a doubtful grant',
      `${review}@grantable("TRUE")\n${when}`,
      '@grantable must be true or false',
    ],
    [
      'four eyes that a grant would close',
      `${review}@fourEyes("true")\n@grantable("true")\n${when}`,
      '@grantable cannot go with @fourEyes',
    ],
    [
      'a block with a grant',
      `@id("f") @decision("block") @code("F") @reason("F") @grantable("true") ${when}`,
      '@grantable is not an annotation of a block',
    ],
    [
      'a review without approvers',
      review.replace('@approvers("admin")', '') + when,
      '@approvers is missing',
    ],
    ['an empty approver', review.replace('"admin"', '"admin,,editor"') + when, 'empty role'],
    ['a review without ttl', review.replace('@ttl("60")', '') + when, '@ttl is missing'],
    ['a ttl of zero', review.replace('"60"', '"0"') + when, '@ttl must be whole seconds'],
    ['a ttl with a unit', review.replace('"60"', '"5m"') + when, '@ttl must be whole seconds'],
    ['a ttl beyond thirty days', review.replace('"60"', '"2592001"') + when, '@ttl is above'],
    [
      'a block with a ttl',
      `@id("f") @decision("block") @code("F") @reason("F") @ttl("60") ${when}`,
      '@ttl is not an annotation of a block',
    ],
    [
      'the same annotation twice',
      `@id("a") @id("b") permit (principal, action, resource);`,
      'duplicate annotation',
    ],
    [
      'a review that no approval lifts',
      review + 'forbid (principal, action, resource);',
      'unless { context.approved }',
    ],
    [
      'a review lifted the wrong way round',
      review + 'forbid (principal, action, resource) when { context.approved };',
      'unless { context.approved }',
    ],
    [
      'a template',
      `@id("t") permit (principal == ?principal, action, resource);`,
      'got a template',
    ],
  ])('%s', async (_what, policies, complaint) => {
    expect(await refusalOf(policies, true)).toContain(complaint);
  });
});

test('the default policies and the schema draw neither an error nor a warning', async () => {
  const cedar = await loadCedar();
  expect(cedar.checkParseSchema(policySchema)).toEqual({ type: 'success' });
  expect(
    cedar.validate({ schema: policySchema, policies: { staticPolicies: defaultPolicies } }),
  ).toMatchObject({
    type: 'success',
    validationErrors: [],
    validationWarnings: [],
    otherWarnings: [],
  });
});

/** The Cedar text of docs/governance.md. */
async function documented(): Promise<string> {
  const page = new URL('../../../../docs/governance.md', import.meta.url);
  return /```cedar\n([^]*?)```/.exec(await readFile(page, 'utf8'))?.[1] ?? '';
}

test('the policy for migrations in the documentation holds, whole directories included', async () => {
  const engine = await createPolicyEngine({ policies: await documented() });
  const decide = (name: OperationName, path: string, isDirectory: boolean) =>
    engine.decide(ask(name, { path, isDirectory, recursive: true }));
  // A rename is asked about once for each of its ends.
  for (const name of ['file_rename', 'file_delete', 'file_create'] as const) {
    for (const path of ['db', 'DB/migrations', 'db/migrations.', 'db/migrations/2026']) {
      const asked = decide(name, path, true);
      expect([name, path, asked]).toMatchObject([name, path, { effect: 'review', fourEyes: true }]);
      expect(asked).toMatchObject({ policies: expect.arrayContaining(['migrations']) as string[] });
    }
    expect(decide(name, 'db/other', false).effect).toBe('allow');
  }
  expect(decide('file_save', 'db/schema.sql', false).effect).toBe('allow');
  expect(decide('file_open', 'db/migrations/1.sql', false).effect).toBe('allow');
});

test('the policies in the documentation can be used as they stand', async () => {
  const policies = await documented();
  const engine = await createPolicyEngine({ policies });
  expect(engine.decide(ask('file_save', { path: 'db/migrations/1.sql' }))).toMatchObject({
    effect: 'review',
    approvers: ['lead', 'admin'],
    fourEyes: true,
    ttlMs: 1_800_000,
  });
  expect(engine.decide(ask('chat', { roles: ['auditor'] })).effect).toBe('allow');
  const misspelt = policies.replace('nameLower', 'namelower');
  expect(await refusalOf(misspelt)).toMatch(
    /^host policies:6: policy "no-lockfiles", column \d+: attribute `namelower` .*did you mean/,
  );
});

test('the documentation names every default policy, with its effect', async () => {
  const page = await readFile(new URL('../../../../docs/governance.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z-]+)`\s+\| (block|review)\s+\|/gm)];
  const engine = await createPolicyEngine();
  const forbids = [...engine.policies.values()].filter(({ effect }) => effect !== 'permit');
  expect(rows.map(([, id, effect]) => [id, effect])).toEqual(
    forbids.map(({ id, effect }) => [id, effect]),
  );
});

describe('a comment', () => {
  test('ends at a carriage return, as it does for Cedar, and hides no policy behind it', async () => {
    const hidden = block('forbid (principal, action, resource);').replaceAll('\n', '\r');
    const engine = await createPolicyEngine({
      policies: `${fine}// why\r${hidden}\r\n// the end;\r`,
      defaults: false,
    });
    expect([...engine.policies.keys()]).toEqual(['fine', 'odd']);
    expect(engine.decide(ask('file_open', { path: 'a' }))).toMatchObject({ code: 'ODD' });
  });

  test.each(['\v', '\f', '\u0085', '\u2028', '\u2029'])('goes on after %j', async (character) => {
    const policies = `// x${character}${fine.replace('\n', ' ')}`;
    const engine = await createPolicyEngine({ policies, defaults: false });
    expect([...engine.policies.keys()]).toEqual([]);
  });
});

describe('a text that Cedar reads otherwise than we do refuses to start', () => {
  test('when Cedar counts another number of policies in it', async () => {
    const cedar = await loadCedar();
    const counts = (policies: string[]) => ({
      ...cedar,
      policySetTextToParts: () => ({ type: 'success' as const, policies, policy_templates: [] }),
    });
    const read = (policies: string[]) =>
      readPolicySet(counts(policies), [{ name: 'a', text: fine }]);
    expect(() => read([fine, fine])).toThrow(
      'a:1: Cedar counts 2 policies in this text, we count 1',
    );
    expect(() => read([])).toThrow('a:1: Cedar counts 0 policies in this text, we count 1');
    expect(read([fine]).policies.size).toBe(1);
  });

  test('when Cedar cannot read it as a whole; a byte order mark at its begin is none of it', async () => {
    expect(await refusalOf(`${fine}\uFEFF${fine.replace('fine', 'other')}`)).toMatch(
      /^host policies:3: column 1: invalid token/,
    );
    const engine = await createPolicyEngine({ policies: `\uFEFF${fine}`, defaults: false });
    expect(engine.policies.size).toBe(1);
  });
});

test('more than ten policies keep their order, though Cedar numbers them 0, 1, 10, 2', async () => {
  const policies = Array.from(
    { length: 12 },
    (_, index) =>
      `@id("b${index}") @decision("block") @code("B${index}") @reason("B") forbid (principal, action, resource);`,
  ).join('\n');
  const engine = await createPolicyEngine({ policies, defaults: false });
  expect(engine.decide(ask('file_open', { path: 'a' }))).toMatchObject({
    code: 'B0',
    policies: Array.from({ length: 12 }, (_, index) => `b${index}`),
  });
});
