import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  confinePath,
  createDirectory,
  kindOf,
  listDirectory,
  openWorkspace,
  readFile,
  removeDirectory,
  removeFile,
  renamePath,
  writeFile,
} from '../../src/workspace/index.ts';
import { fileFailure } from '../../src/workspace/file-failure.ts';
import { codeOf, isRoot, openDescriptors, openScratch } from './scratch.ts';

const run = promisify(execFile);
const maxBytes = 1_000_000;
const at = (path: string) => confinePath(path);

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'open-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

describe('opening a workspace', () => {
  test('makes the directory for its owner alone', async () => {
    const root = join(await temporaryDirectory(), 'sessions/s_1');
    const workspace = await openWorkspace({ root });
    expect((await stat(root)).mode & 0o777).toBe(0o700);
    expect(workspace.confinement).toBe(process.platform === 'linux' ? 'enforced' : 'best-effort');
    await workspace.close();
  });

  test('leaves the permissions of a directory that is there', async () => {
    const root = join(await temporaryDirectory(), 'project');
    await mkdir(root, { mode: 0o755 });
    await (await openWorkspace({ root })).close();
    expect((await stat(root)).mode & 0o777).toBe(0o755);
  });

  test.runIf(isRoot)('gives the directory and all that is made in it to its owner', async () => {
    const owner = { uid: 20_001, gid: 20_002 };
    const { workspace, host, put } = await openScratch({ owner });
    await put('old.txt', 'made by the server');
    await writeFile(workspace, at('old.txt'), Buffer.from('x'), { maxBytes });
    await writeFile(workspace, at('a/b/new.txt'), Buffer.from('x'), {
      maxBytes,
      mode: 'create',
      makeParents: true,
    });
    await createDirectory(workspace, at('c/d'));
    for (const path of ['', 'old.txt', 'a', 'a/b', 'a/b/new.txt', 'c', 'c/d']) {
      const { uid, gid } = await stat(host(path));
      expect({ path, uid, gid }).toEqual({ path, ...owner });
    }
  });

  test.runIf(isRoot)('lets the owner work on what the server has written', async () => {
    const owner = { uid: 20_001, gid: 20_001 };
    const { workspace, host, names } = await openScratch({ owner });
    await run('chmod', ['711', join(host(''), '..')]);
    await writeFile(workspace, at('dir/a.txt'), Buffer.from('x'), { maxBytes, makeParents: true });
    await run('sh', ['-c', 'echo y >> dir/a.txt && mv dir/a.txt b.txt && rmdir dir'], {
      cwd: host(''),
      uid: owner.uid,
      gid: owner.gid,
    });
    expect(await names()).toEqual(['b.txt']);
    expect((await readFile(workspace, at('b.txt'), { maxBytes })).bytes.toString()).toBe('xy\n');
  });
});

describe('closing a workspace', () => {
  test('waits for what is under way, and refuses what comes later', async () => {
    const { workspace, names } = await openScratch();
    const writes = Array.from({ length: 20 }, (_, index) =>
      writeFile(workspace, at(`${index}.txt`), Buffer.alloc(100_000), { maxBytes }),
    );
    const closed = workspace.close();
    await Promise.all([...writes, closed]);
    expect(await names()).toHaveLength(20);
    expect(await codeOf(readFile(workspace, at('1.txt'), { maxBytes }))).toBe('unavailable');
  });

  test('may be done twice', async () => {
    const { workspace } = await openScratch();
    await workspace.close();
    await expect(workspace.close()).resolves.toBeUndefined();
  });
});

describe.runIf(process.platform === 'linux')('descriptors', () => {
  test('are as many as before after 1,000 operations, half of them refused', async () => {
    const { workspace, host, put } = await openScratch();
    await run('mkfifo', [host('pipe')]);
    await run('ln', ['-s', '/etc', host('link')]);
    await put('dir/sub/deep/kept.txt', 'kept');
    const x = Buffer.from('x');
    const root = confinePath('', { allowRoot: true });
    const round = async (index: number): Promise<void> => {
      const path = at(`dir/sub/deep/${index}.txt`);
      await writeFile(workspace, path, x, { maxBytes, mode: 'create' });
      await writeFile(workspace, path, x, { maxBytes });
      await readFile(workspace, path, { maxBytes });
      await renamePath(workspace, path, at(`dir/${index}.txt`));
      await removeFile(workspace, at(`dir/${index}.txt`));
      await createDirectory(workspace, at(`tree${index}/a/b`));
      await removeDirectory(workspace, at(`tree${index}`), { recursive: true });
      await listDirectory(workspace, root);
      await kindOf(workspace, at('dir/sub/deep/kept.txt'));
      const refused = [
        () => readFile(workspace, at('pipe'), { maxBytes }),
        () => readFile(workspace, at('link/passwd'), { maxBytes }),
        () => readFile(workspace, at('dir/sub'), { maxBytes }),
        () => readFile(workspace, at('dir/sub/deep/kept.txt'), { maxBytes: 1 }),
        () => readFile(workspace, at('dir/sub/none/x'), { maxBytes }),
        () => writeFile(workspace, at('dir/sub'), x, { maxBytes }),
        () => writeFile(workspace, at('dir/sub/deep/kept.txt'), x, { maxBytes, mode: 'create' }),
        () => writeFile(workspace, at('dir/sub/deep/kept.txt'), x, { maxBytes, expectedHash: '' }),
        () => removeDirectory(workspace, at('dir'), { recursive: false }),
        () => renamePath(workspace, at('dir/sub'), at('dir/sub/deep/kept.txt')),
        () => listDirectory(workspace, at('link')),
      ];
      for (const attempt of refused) expect(await codeOf(attempt())).toBeDefined();
    };
    await round(0);
    const before = openDescriptors();
    for (let index = 1; index <= 50; index++) {
      await round(index);
      // After each round: the garbage collector closes what was forgotten, and would hide it later.
      expect(openDescriptors()).toBe(before);
    }
  });
});

describe('failures of the file system', () => {
  const canMount = isRoot && process.platform === 'linux';

  test.runIf(canMount)(
    'a full disk is told as one that may pass, and the old file stays',
    async () => {
      const root = await temporaryDirectory();
      await run('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', root]);
      const workspace = await openWorkspace({ root });
      try {
        await writeFile(workspace, at('a.txt'), Buffer.from('old'), { maxBytes });
        const write = writeFile(workspace, at('a.txt'), Buffer.alloc(500_000), { maxBytes });
        await expect(write).rejects.toMatchObject({
          code: 'unavailable',
          retryable: true,
          message: 'a.txt cannot be written: the disk is full.',
        });
        expect((await readFile(workspace, at('a.txt'), { maxBytes })).bytes.toString()).toBe('old');
        const tree = await listDirectory(workspace, confinePath('', { allowRoot: true }));
        expect(tree.fileCount).toBe(1);
      } finally {
        await workspace.close();
        await run('umount', [root]);
      }
    },
  );

  test.each([
    ['ENOSPC', 'unavailable', true],
    ['EDQUOT', 'unavailable', true],
    ['EIO', 'unavailable', true],
    ['EMFILE', 'unavailable', true],
    ['EACCES', 'forbidden', false],
    ['EROFS', 'forbidden', false],
    ['ELOOP', 'path_outside_workspace', false],
    ['ENAMETOOLONG', 'invalid_message', false],
    ['EFBIG', 'too_large', false],
  ])('%s becomes %s', (code, expected, retryable) => {
    const error = Object.assign(new Error(`${code}: open '/srv/secret/a'`), { code });
    const refusal = fileFailure(error, 'src/a');
    expect(refusal).toMatchObject({ code: expected, retryable, cause: error });
    expect((refusal as Error).message).toMatch(/^src\/a /);
  });

  test('an unknown one stays what it is', () => {
    const error = new Error('a bug');
    expect(fileFailure(error, 'src/a')).toBe(error);
  });
});
