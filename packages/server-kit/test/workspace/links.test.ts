import { execFile } from 'node:child_process';
import { link, mkdir, readFile as readHostFile, readdir, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  confinePath,
  createDirectory,
  kindOf,
  listDirectory,
  readFile,
  removeDirectory,
  removeFile,
  renamePath,
  writeFile,
  type Workspace,
} from '../../src/workspace/index.ts';
import { codeOf, confinements, isRoot, openScratch, type Scratch } from './scratch.ts';

const run = promisify(execFile);
const maxBytes = 1_000;

/** Every primitive, on a path that must be refused. */
const attempts: Record<string, (workspace: Workspace, path: string) => Promise<unknown>> = {
  readFile: (workspace, path) => readFile(workspace, confinePath(path), { maxBytes }),
  'writeFile over': (workspace, path) =>
    writeFile(workspace, confinePath(path), Buffer.from('attack'), { maxBytes }),
  'writeFile with parents': (workspace, path) =>
    writeFile(workspace, confinePath(path), Buffer.from('attack'), { maxBytes, makeParents: true }),
  removeFile: (workspace, path) => removeFile(workspace, confinePath(path)),
  removeDirectory: (workspace, path) =>
    removeDirectory(workspace, confinePath(path), { recursive: true }),
  'renamePath from': (workspace, path) =>
    renamePath(workspace, confinePath(path), confinePath('taken.txt')),
  kindOf: (workspace, path) => kindOf(workspace, confinePath(path)),
  listDirectory: (workspace, path) => listDirectory(workspace, confinePath(path)),
};

/** Those that only go through the path, so they are refused below a link but make sense nowhere else. */
const attemptsBelow: typeof attempts = {
  ...attempts,
  'writeFile new': (workspace, path) =>
    writeFile(workspace, confinePath(path), Buffer.from('x'), { maxBytes, mode: 'create' }),
  createDirectory: (workspace, path) => createDirectory(workspace, confinePath(path)),
  'renamePath to': (workspace, path) =>
    renamePath(workspace, confinePath('kept.txt'), confinePath(path)),
};

describe.each(confinements)('links in a workspace (%s)', (confinement) => {
  let scratch: Scratch;

  beforeEach(async () => {
    scratch = await openScratch({ confinement });
    await scratch.put('kept.txt', 'kept');
    await scratch.put('real/file.txt', 'inside');
    const { outside, host } = scratch;
    await mkdir(join(outside, 'sub'));
    await run('sh', [
      '-c',
      'printf secret > "$0/file.txt"; printf secret > "$0/sub/file.txt"',
      outside,
    ]);
    await symlink(outside, host('to-outside'));
    await symlink('../outside', host('to-outside-relative'));
    await symlink('real', host('to-inside'));
    await symlink('/', host('to-root'));
    await symlink(join(outside, 'file.txt'), host('file-outside.txt'));
    await symlink('real/file.txt', host('file-inside.txt'));
    await symlink('nowhere', host('dangling'));
    await symlink('loop', host('loop'));
    await symlink('/proc/self/root', host('magic'));
  });

  async function expectNothingTouched(): Promise<void> {
    const { outside, host } = scratch;
    expect((await readdir(outside, { recursive: true })).toSorted()).toEqual([
      'file.txt',
      'sub',
      'sub/file.txt',
    ]);
    expect(await readHostFile(join(outside, 'file.txt'), 'utf8')).toBe('secret');
    expect(await readHostFile(join(outside, 'sub/file.txt'), 'utf8')).toBe('secret');
    expect(await readHostFile(host('real/file.txt'), 'utf8')).toBe('inside');
    expect(await readHostFile(host('kept.txt'), 'utf8')).toBe('kept');
  }

  const links = [
    'to-outside',
    'to-outside-relative',
    'to-inside',
    'to-root',
    'file-outside.txt',
    'file-inside.txt',
    'dangling',
    'loop',
    'magic',
  ];
  test.each(
    links.flatMap((path) => Object.keys(attempts).map((attempt) => [path, attempt] as const)),
  )('are refused as the last name: %s by %s', async (path, attempt) => {
    const outcome = codeOf(attempts[attempt]?.(scratch.workspace, path) ?? Promise.resolve());
    expect(await outcome).toBe('path_outside_workspace');
    await expectNothingTouched();
  });

  const below = [
    'to-outside/file.txt',
    'to-outside/sub/file.txt',
    'to-outside-relative/file.txt',
    'to-inside/file.txt',
    'to-root/etc/passwd',
    'dangling/file.txt',
    'loop/file.txt',
    'magic/etc/passwd',
  ];
  test.each(
    below.flatMap((path) => Object.keys(attemptsBelow).map((attempt) => [path, attempt] as const)),
  )('are refused on the way: %s by %s', async (path, attempt) => {
    const outcome = codeOf(attemptsBelow[attempt]?.(scratch.workspace, path) ?? Promise.resolve());
    expect(await outcome).toBe('path_outside_workspace');
    await expectNothingTouched();
  });

  test('are never written over by create or by rename', async () => {
    const { workspace } = scratch;
    const create = writeFile(workspace, confinePath('dangling'), Buffer.from('x'), {
      maxBytes,
      mode: 'create',
    });
    expect(await codeOf(create)).toBe('already_exists');
    const rename = renamePath(workspace, confinePath('kept.txt'), confinePath('dangling'));
    expect(await codeOf(rename)).toBe('already_exists');
    expect(await codeOf(createDirectory(workspace, confinePath('dangling')))).toBe(
      'already_exists',
    );
    await expectNothingTouched();
  });

  test('are left out of listings, and removed as names with their directory', async () => {
    const { workspace, host } = scratch;
    await symlink(scratch.outside, host('real/out'));
    const { tree, fileCount } = await listDirectory(
      workspace,
      confinePath('', { allowRoot: true }),
    );
    expect(tree.map(({ path }) => path)).toEqual(['real', 'kept.txt']);
    expect(tree[0]?.children?.map(({ path }) => path)).toEqual(['real/file.txt']);
    expect(fileCount).toBe(2);
    expect(await removeDirectory(workspace, confinePath('real'), { recursive: true })).toEqual({
      removed: 3,
    });
    expect(await readHostFile(join(scratch.outside, 'file.txt'), 'utf8')).toBe('secret');
  });

  test('are refused as hard links, which may lead to the file of somebody else', async () => {
    const { workspace, host } = scratch;
    await link(join(scratch.outside, 'file.txt'), host('hard.txt'));
    for (const attempt of ['readFile', 'writeFile over', 'removeFile', 'renamePath from']) {
      const outcome = codeOf(attempts[attempt]?.(workspace, 'hard.txt') ?? Promise.resolve());
      expect(await outcome, attempt).toBe('path_outside_workspace');
    }
    await expectNothingTouched();
  });
});

describe.each(confinements)('things that are no files (%s)', (confinement) => {
  async function expectNoFile({ workspace }: Scratch, path: string): Promise<void> {
    for (const attempt of [
      'readFile',
      'writeFile over',
      'removeFile',
      'renamePath from',
      'kindOf',
    ]) {
      const outcome = codeOf(attempts[attempt]?.(workspace, path) ?? Promise.resolve());
      expect(await outcome, attempt).toBe('not_a_file');
    }
    expect(await codeOf(listDirectory(workspace, confinePath(path)))).toBe('not_a_directory');
    const root = confinePath('', { allowRoot: true });
    expect((await listDirectory(workspace, root)).tree).toEqual([]);
  }

  test('pipes are refused at once, though nobody is at their other end', async () => {
    const scratch = await openScratch({ confinement });
    await run('mkfifo', [scratch.host('pipe')]);
    await expectNoFile(scratch, 'pipe');
  });

  test('sockets are refused', async () => {
    const scratch = await openScratch({ confinement });
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(scratch.host('socket'), resolve));
    onTestFinished(() => new Promise((resolve) => void server.close(() => resolve())));
    await expectNoFile(scratch, 'socket');
  });

  test.runIf(isRoot)('devices are refused', async () => {
    const scratch = await openScratch({ confinement });
    await run('mknod', [scratch.host('zero'), 'c', '1', '5']);
    await expectNoFile(scratch, 'zero');
  });
});
