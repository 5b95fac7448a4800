import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPolicyEngine } from '../../src/governance/index.ts';
import { ask } from './requests.ts';

const run = promisify(execFile);

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'policies-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const at = (name: string) => join(directory, name);
const permit = (id: string, when = 'true') =>
  `@id("${id}")\npermit (principal, action, resource) when { ${when} };\n`;
const block = (id: string, when = 'true') =>
  `@id("${id}") @decision("block") @code("${id.toUpperCase()}") @reason("No")
forbid (principal, action, resource) when { ${when} };\n`;

function engineOf(policyFiles: readonly string[], policies = '') {
  return createPolicyEngine({ policyFiles, policies, defaults: false });
}

async function refusalOf(policyFiles: readonly string[], policies?: string): Promise<string[]> {
  const error: unknown = await engineOf(policyFiles, policies).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'KitError', code: 'POLICY_INVALID' });
  return (error as Error).message.split('\n');
}

describe('policies in files', () => {
  test('hold beside the text of the host, in the order of their names', async () => {
    await writeFile(at('b.cedar'), block('second'));
    await writeFile(at('a.cedar'), block('first'));
    const engine = await engineOf([directory], permit('all'));
    expect(engine.decide(ask('file_open', { path: 'x' }))).toMatchObject({
      code: 'FIRST',
      policies: ['first', 'second'],
    });
    expect(engine.policies.get('second')).toMatchObject({
      effect: 'block',
      place: { source: at('b.cedar'), line: 1 },
    });
    expect(engine.policies.get('none')).toBeUndefined();
  });

  test('are given one by one, as a directory of *.cedar, or as a link to them', async () => {
    await mkdir(at('deployed'));
    await writeFile(at('deployed/x.cedar'), permit('x'));
    await symlink('deployed/x.cedar', at('link.cedar'));
    await symlink('deployed', at('folder'));
    await writeFile(at('deployed/README.md'), 'not Cedar');
    await writeFile(at('deployed/.#x.cedar'), 'an unfinished copy of an editor');
    const versions = ['deployed/x.cedar', 'deployed', 'link.cedar', 'folder'].map(
      async (name) => (await engineOf([at(name)])).version,
    );
    expect(new Set(await Promise.all(versions)).size).toBe(1);
  });

  test('may begin with a byte order mark, and end without a line break', async () => {
    await writeFile(at('bom.cedar'), `\uFEFF${permit('all').trim()}`);
    expect((await engineOf([at('bom.cedar')])).policies.get('all')).toMatchObject({
      place: { line: 1 },
    });
  });
});

describe('a file that cannot be used refuses to start, and is named', () => {
  test.each<[string, (path: string) => Promise<unknown> | void, RegExp]>([
    ['missing', () => {}, /no such file or directory$/],
    ['empty', (path) => writeFile(path, ''), /the file holds no policy$/],
    ['comments alone', (path) => writeFile(path, '// none; yet\n'), /the file holds no policy$/],
    ['an empty directory', (path) => mkdir(path), /the directory holds no \*\.cedar file$/],
    ['not UTF-8', (path) => writeFile(path, Buffer.from([0xff, 0xfe, 0x70])), /not UTF-8 text$/],
    ['too large', (path) => writeFile(path, '/'.repeat(1_048_577)), /larger than 1048576 bytes$/],
    ['a broken link', (path) => symlink('nowhere', path), /no such file or directory$/],
    ['a link to itself', (path) => symlink(path, path), /a symbolic link that leads nowhere$/],
    ['a pipe', (path) => run('mkfifo', [path]), /not a regular file$/],
  ])('%s', async (_what, make, complaint) => {
    const path = at('prod.cedar');
    await make(path);
    const [line, ...more] = await refusalOf([path]);
    expect(line?.startsWith(`${path}:1: `)).toBe(true);
    expect(line).toMatch(complaint);
    expect(more).toEqual([]);
  });

  test('each of several', async () => {
    await writeFile(at('empty.cedar'), '');
    expect(await refusalOf([at('none.cedar'), directory])).toEqual([
      `${at('none.cedar')}:1: no such file or directory`,
      `${at('empty.cedar')}:1: the file holds no policy`,
    ]);
  });
});

describe('a mistake in a file is told with file and line', () => {
  test('syntax, names, types, warnings and annotations, of all files at once', async () => {
    await writeFile(
      at('a.cedar'),
      `${permit('fine')}\n${block('typo', 'context.riskscore > 3')}${permit('late').replace('permit', 'permt')}`,
    );
    await writeFile(
      at('b.cedar'),
      `// é\n${permit('type', 'context.path == 3')}
@id("never") permit (principal, action, resource is IDE::Path) when { resource is IDE::Workspace };
@id("bare")
forbid (principal, action, resource);
permit (principal, action, resource);`,
    );
    expect(await refusalOf([directory])).toEqual([
      expect.stringMatching(/a\.cedar:5: policy "typo", column 45: attribute `riskscore`/),
      expect.stringMatching(/a\.cedar:7: policy "late", column 1: .*permt/),
      expect.stringMatching(/b\.cedar:3: policy "type", column 45: .*not compatible/),
      expect.stringMatching(/b\.cedar:5: policy "never", column 1: policy is impossible/),
      expect.stringMatching(/b\.cedar:6: policy "bare": @decision is missing$/),
      expect.stringMatching(/b\.cedar:8: a policy without @id: @id is missing$/),
    ]);
  });

  test('an id that another file has taken', async () => {
    await writeFile(at('a.cedar'), permit('twin'));
    await writeFile(at('b.cedar'), `\n\n${permit('twin', 'context.approved')}`);
    expect(await refusalOf([directory])).toEqual([
      `${at('b.cedar')}:3: policy "twin": @id is taken by ${at('a.cedar')}:1`,
    ]);
  });

  test('the line of each of two policies that read the same', async () => {
    await writeFile(at('a.cedar'), `${permit('same')}${permit('same')}`);
    expect(await refusalOf([at('a.cedar')])).toEqual([
      `${at('a.cedar')}:3: policy "same": @id is taken by ${at('a.cedar')}:1`,
    ]);
  });

  test('a policy whose texts hold semicolons, quotes and slashes', async () => {
    await writeFile(
      at('a.cedar'),
      `@id("odd") @reason("a; \\" // b") // c; "
permit (principal, action, resource) when { context.path == "x;//y\\"" };
@id("next") permit (principal, action, resource) when { context.pth == "" };`,
    );
    expect(await refusalOf([directory])).toEqual([
      expect.stringMatching(/a\.cedar:3: policy "next", column 57: attribute `pth`/),
    ]);
  });
});
