import { describe, expect, test } from 'vitest';
import { grantScope, type ApprovalRecord } from '../../src/governance/index.ts';
import { ada, createBench, deletion, grace, review, type Bench } from './approval-fixtures.ts';

const grantable = { ...review, grantable: true };
const { key: scopeKey } = grantScope(deletion, deletion.paths);
const same = { sessionId: 's_1', principal: ada, action: 'ide_file_delete', scopeKey };

/** A bench with a grant that Grace has given to Ada. */
async function granted(options: Parameters<typeof createBench>[0] = {}) {
  const bench = createBench(options);
  const record = await approvedForSession(bench);
  const grant = await bench.approvals.grants.add(record, grace);
  return { ...bench, grants: bench.approvals.grants, record, grant };
}

async function approvedForSession(bench: Bench): Promise<ApprovalRecord> {
  return bench.decide(await bench.open(grantable), 'approve', grace, 'session');
}

describe('an approval for the session', () => {
  test('is offered only where every review allows it, and never under four eyes', async () => {
    const bench = createBench();
    await expect(bench.open(grantable)).resolves.toMatchObject({
      grantable: true,
      grant_covers: 'file delete src',
    });
    for (const terms of [review, { ...grantable, fourEyes: true }]) {
      const record = await bench.open(terms);
      expect(record).not.toHaveProperty('grantable');
      await expect(bench.decide(record, 'approve', grace, 'session')).rejects.toMatchObject({
        code: 'forbidden',
      });
      await expect(bench.stateOf(record)).resolves.toBe('pending');
    }
  });

  test('is no answer for a denial', async () => {
    const bench = createBench();
    const record = await bench.open(grantable);
    await expect(bench.decide(record, 'deny', grace, 'session')).rejects.toMatchObject({
      code: 'invalid_message',
    });
    await expect(bench.stateOf(record)).resolves.toBe('pending');
  });

  test('gives one grant, however often it is carried on after a crash', async () => {
    const { grants, record, grant, pass } = await granted();
    pass(1_000);
    await grants.add(record, grace);
    await expect(grants.list('s_1')).resolves.toEqual([grant]);
    await grants.revoke(grant.grantId, { sessionId: 's_1', by: ada });
    await grants.add(record, grace);
    await expect(grants.list('s_1')).resolves.toEqual([]);
  });
});

describe('a grant', () => {
  test('lifts the same review of the same requester', async () => {
    const { grants, grant } = await granted();
    await expect(grants.find(same, grantable)).resolves.toEqual(grant);
  });

  test.each([
    ['of another session', { sessionId: 's_2' }],
    ['of another user', { principal: { ...ada, userId: 'eve' } }],
    ['of the assistant for the same user', { principal: { ...ada, kind: 'assistant' as const } }],
    ['of another action', { action: 'ide_file_save' }],
    ['on something else', { scopeKey: 'other' }],
  ])('lifts no request %s', async (_title, change) => {
    const { grants } = await granted();
    await expect(grants.find({ ...same, ...change }, grantable)).resolves.toBeNull();
  });

  test.each([
    ['that is no longer grantable', review],
    ['that asks for four eyes', { ...grantable, fourEyes: true }],
    ['by one more policy', { ...grantable, policies: ['directory-delete', 'new'] }],
    ['for which its giver would not do', { ...grantable, approvers: ['lead'] }],
  ])('lifts no review %s', async (_title, terms) => {
    const { grants } = await granted();
    await expect(grants.find(same, terms)).resolves.toBeNull();
  });

  test.each([
    ['eight hours', undefined, 8 * 3_600_000],
    ['as long as the host says', 60_000, 60_000],
    ['eight hours where the host says more', 9 * 3_600_000, 8 * 3_600_000],
  ])('holds for %s', async (_title, grantTtlMs, endMs) => {
    const { grants, grant, pass } = await granted(grantTtlMs === undefined ? {} : { grantTtlMs });
    pass(endMs - 1);
    await expect(grants.find(same, grantable)).resolves.toEqual(grant);
    pass(1);
    await expect(grants.find(same, grantable)).resolves.toBeNull();
    await expect(grants.list('s_1')).resolves.toEqual([]);
  });

  test('is ended by a person of its session, as often as he likes', async () => {
    const { grants, grant } = await granted();
    const assistant = { ...ada, kind: 'assistant' as const };
    const end = (sessionId: string, by = ada) => grants.revoke(grant.grantId, { sessionId, by });
    await expect(end('s_1', assistant)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(end('s_2')).rejects.toMatchObject({ code: 'not_found' });
    await expect(grants.find(same, grantable)).resolves.toEqual(grant);
    await end('s_1');
    await end('s_1');
    await expect(grants.find(same, grantable)).resolves.toBeNull();
  });
});

describe('what a grant lets pass', () => {
  const command = (text: string, cwd = '') =>
    grantScope({ type: 'terminal_command', input: { command: text } }, { cwd });
  const code = (language: string, path?: string) =>
    grantScope(
      { type: 'code_execute', input: { language: 'as the client spells it', code: 'x' } },
      path ? { file_path: path } : {},
      { language },
    );

  test.each([
    ['npm test', 'npm test -- --watch', true],
    ['npm test', '  npm \t test', true],
    ['npm test', 'npm run', false],
    ['npm test', 'npm', false],
    ['ls', 'ls -la', false],
    ['npm test', 'npm test; rm -rf .', false],
    ['npm test', 'npm test && curl x', false],
    ['npm test', 'npm test $(rm x)', false],
    ['npm test', 'npm test\nrm x', false],
    ['npm test', 'npm test > .env', false],
    ['npm test', 'npm test *', false],
    ['A=1 npm', 'A=1 npm test', false],
    ['bash build.sh', 'bash build.sh\u00a0', false],
    ['bash build.sh', '\ufeffbash build.sh', false],
    ['bash build.sh', 'bash\u2003build.sh', false],
    ['bash build.sh', 'bash build.sh\f', false],
    ['npm test', 'npm test\n', false],
    ['a | b', 'a | b', true],
    ['a | b', 'a | b\u00a0', false],
    ['a | b', 'a | b c', false],
  ])('by %j: the command %j %s', (given, asked, passes) => {
    expect(command(given).key === command(asked).key).toBe(passes);
  });

  test('is a command in the same directory only', () => {
    expect(command('npm test', 'app').key).not.toBe(command('npm test').key);
    expect(command('npm test', 'app').text).toBe('npm test … in app');
    expect(command('npm test x').text).toBe('npm test … in the workspace');
  });

  test('is a program in the same language, for the same file', () => {
    expect(code('python').key).not.toBe(code('bash').key);
    expect(code('python', 'a.py').key).not.toBe(code('python').key);
    expect(code('python', 'a.py').text).toBe('any python program for a.py');
  });

  test('is the same operation on the same paths, or else the very same fields', () => {
    const rename = (to: string) =>
      grantScope({ type: 'file_rename', input: {} }, { old_path: 'a', new_path: to });
    expect(rename('b').key).not.toBe(rename('c').key);
    const chat = (message: string) => grantScope({ type: 'chat', input: { message } }, {});
    expect(chat('a').key).not.toBe(chat('b').key);
    expect(grantScope(deletion, deletion.paths).key).not.toBe(
      grantScope({ ...deletion, input: { path: 'src' } }, deletion.paths).key,
    );
  });

  test('is told with what is invisible made visible', () => {
    expect(command('npm\u202E test').text).toContain('⟦U+202E⟧');
  });
});
