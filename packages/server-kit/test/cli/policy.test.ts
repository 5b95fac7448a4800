import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runPolicy } from '../../src/cli/policy/policy.ts';
import { createPolicyEngine } from '../../src/governance/index.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'policy-cli-'));
  await mkdir(join(directory, 'good'));
  await writeFile(
    join(directory, 'good/a.cedar'),
    `@id("auditors")\n@reason("Auditors may ask")
permit (principal in IDE::Role::"auditor", action in IDE::Action::"converse", resource);

@id("large")\n@decision("block")\n@code("LARGE")\n@reason("Large files are built, not written")
forbid (principal, action in IDE::Action::"write", resource)
when { context has size && context.size > 1000 && context.extension == "bin" };`,
  );
  await writeFile(
    join(directory, 'good/b.cedar'),
    `@id("sql")\n@decision("review")\n@code("SQL")\n@reason("Migrations are looked at")
@approvers("lead, admin")\n@fourEyes("true")\n@ttl("5400")
forbid (principal, action in IDE::Action::"write", resource)
when { context.extension == "sql" }\nunless { context.approved };`,
  );
  await mkdir(join(directory, 'bad'));
  await writeFile(
    join(directory, 'bad/a.cedar'),
    '@id("typo")\nforbid (principal, acton, resource);\npermit (principal, action, resource);',
  );
  await writeFile(join(directory, 'bad/b.cedar'), '');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function run(...args: string[]) {
  const [out, err]: string[][] = [[], []];
  const code = await runPolicy(args, {
    out: (text) => void out?.push(text),
    err: (text) => void err?.push(text),
  });
  return { code, out: out?.join('') ?? '', err: err?.join('') ?? '' };
}

const good = () => join(directory, 'good');
const bad = (name: string) => join(directory, 'bad', name);

describe('policy check', () => {
  test('counts what is fine, and gives the version that the server will have', async () => {
    const { version } = await createPolicyEngine({ policyFiles: [good()] });
    const { code, out, err } = await run('check', good());
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^3 policies in 2 files, beside \d+ of the defaults: no fault found\.\n/);
    expect(out).toContain(`version ${version}\n`);
    const alone = await run('check', good(), '--no-defaults');
    expect(alone.out).toMatch(/^3 policies in 2 files: no fault found\.\n/);
    expect(alone.out).not.toContain(version);
  });

  test('tells each fault with file and line, and ends with 1', async () => {
    const { code, out, err } = await run('check', bad('a.cedar'), good());
    expect([code, out]).toEqual([1, '']);
    expect(err.trim().split('\n')).toEqual([
      expect.stringMatching(/bad\/a\.cedar:2: policy "typo", column 20: .*acton/),
      expect.stringMatching(/bad\/a\.cedar:3: a policy without @id: @id is missing$/),
    ]);
    expect(await run('check', bad('b.cedar'))).toMatchObject({
      code: 1,
      err: `${bad('b.cedar')}:1: the file holds no policy\n`,
    });
  });
});

describe('policy explain', () => {
  const explain = (...args: string[]) => run('explain', good(), '--action', ...args);

  test('names who permits, and where that stands', async () => {
    const { code, out } = await explain('ide_chat', '--role', 'auditor', '--user', 'ada');
    expect(code).toBe(0);
    expect(out).toBe(
      `ALLOWED: ada (role auditor) asks for ide_chat on the workspace.
  permitted by "auditors" (${join(good(), 'a.cedar')}:1): Auditors may ask\n`,
    );
  });

  test('names what blocks, and that no approval helps', async () => {
    const { code, out } = await explain(
      ...['file_save', '--path', 'out/a.BIN', '--size', '2000', '--role', 'developer'],
    );
    expect(code).toBe(0);
    expect(out).toBe(
      `BLOCKED: user (role developer) asks for ide_file_save on "out/a.BIN".
  blocked by "large" LARGE (${join(good(), 'a.cedar')}:5): Large files are built, not written
  no approval lifts this\n`,
    );
  });

  test('names what holds a request back, who may approve it, and for how long it waits', async () => {
    const asked = ['file_save', '--path', 'db/1.sql', '--role', 'developer', '--assistant'];
    expect((await explain(...asked)).out).toBe(
      `REVIEW, a person must approve it first: the assistant, acting for user (role developer), asks for ide_file_save on "db/1.sql".
  held back by "sql" SQL (${join(good(), 'b.cedar')}:1): Migrations are looked at
  approved by one with the role lead or admin, other than the one who asked
  waits for 90 minutes, then it is refused
  is asked anew each time: it may not be granted for the session\n`,
    );
    expect((await explain(...asked, '--approved')).out).toMatch(/^ALLOWED: .*approved by a person/);
  });

  test('says what it would take where nothing permits a request', async () => {
    const { out } = await explain('code_execute', '--language', 'python', '--risk', '40');
    expect(out).toMatch(/^BLOCKED: user \(no role\)/);
    expect(out).toContain('no policy permits it');
    expect(out).toMatch(/it would take "developers-work" \(default policies:\d+\): Developers/);
    const alone = await explain('code_execute', '--no-defaults', '--role', 'developer');
    expect(alone.out).not.toContain('it would take');
  });

  test('knows every fact that policies may ask for', async () => {
    const { out } = await explain(
      ...['ide_file_delete', '--path', 'src', '--directory', '--recursive', '--session', 's_1'],
      ...['--role', 'editor,auditor', '--role', 'viewer', '--finding', 'x', '--json'],
      ...['--language', 'PY'],
    );
    expect(JSON.parse(out)).toMatchObject({
      request: {
        principal: { kind: 'user', userId: 'user', roles: ['editor', 'auditor', 'viewer'] },
        action: 'file_delete',
        resource: { kind: 'path', path: 'src' },
        context: {
          isDirectory: true,
          recursive: true,
          sessionId: 's_1',
          findings: ['x'],
          language: 'python',
        },
      },
      decision: { effect: 'review', policies: ['directory-delete'] },
      policies: [{ id: 'directory-delete', place: { source: 'default policies' } }],
    });
  });

  test('ends with 1 and the faults when the policies are not fine', async () => {
    const { code, err } = await run('explain', bad('a.cedar'), '--action', 'ide_chat');
    expect(code).toBe(1);
    expect(err).toMatch(/a\.cedar:2: /);
  });
});

describe('a command that cannot be understood ends with 2', () => {
  test.each([
    [[], 'check or explain?'],
    [['verify'], 'no policy verify'],
    [['check'], 'Name a file'],
    [['check', 'a', '--fix'], '--fix'],
    [['explain'], 'Which --action?'],
    [['explain', '--action', 'ide_file_sav'], 'no operation ide_file_sav'],
    [['explain', '--action', 'ide_chat', '--risk', '101'], '--risk takes a whole number'],
    [['explain', '--action', 'ide_chat', '--size', '-1'], '--size'],
    [['explain', '--action', 'ide_file_open', '--path', '../etc'], 'path is not canonical'],
  ])('%j', async (args, complaint) => {
    const { code, out, err } = await run(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(complaint);
    expect(err).toContain('policy --help');
  });

  test('and --help is understood everywhere', async () => {
    for (const args of [['--help'], ['check', '--help'], ['explain', '-h']]) {
      const { code, out, err } = await run(...args);
      expect([code, err]).toEqual([0, '']);
      expect(out).toContain('policy explain');
    }
  });
});
