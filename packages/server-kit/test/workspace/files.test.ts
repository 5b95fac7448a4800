import { chmod, readFile as readHostFile, stat } from 'node:fs/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  confinePath,
  createDirectory,
  hashOf,
  kindOf,
  readFile,
  removeDirectory,
  removeFile,
  renamePath,
  writeFile,
} from '../../src/workspace/index.ts';
import { codeOf, confinements, openScratch, type Scratch } from './scratch.ts';

const maxBytes = 1_000;
const root = confinePath('', { allowRoot: true });
const at = (path: string) => confinePath(path);
const bytes = (text: string) => Buffer.from(text);

describe.each(confinements)('files (%s)', (confinement) => {
  let scratch: Scratch;

  beforeEach(async () => {
    scratch = await openScratch({ confinement });
  });

  test('say how they are confined', () => {
    expect(scratch.workspace.confinement).toBe(confinement);
  });

  describe('reading', () => {
    test('gives content, size, hash and time', async () => {
      await scratch.put('src/größe.txt', 'héllo');
      const { mtime } = await stat(scratch.host('src/größe.txt'));
      expect(await readFile(scratch.workspace, at('src/größe.txt'), { maxBytes })).toEqual({
        bytes: bytes('héllo'),
        size: 6,
        hash: hashOf(bytes('héllo')),
        modifiedAt: mtime,
      });
    });

    test('names files by their exact characters, composed or not', async () => {
      await scratch.put('e\u0301.txt', 'decomposed');
      await scratch.put('\u00e9.txt', 'composed');
      const read = async (path: string) =>
        (await readFile(scratch.workspace, at(path), { maxBytes })).bytes.toString();
      expect(await read('e\u0301.txt')).toBe('decomposed');
      expect(await read('\u00e9.txt')).toBe('composed');
    });

    test('takes a file of exactly the limit and of no bytes at all', async () => {
      await scratch.put('full', 'x'.repeat(maxBytes));
      await scratch.put('empty', '');
      const { workspace } = scratch;
      expect((await readFile(workspace, at('full'), { maxBytes })).size).toBe(maxBytes);
      expect((await readFile(workspace, at('empty'), { maxBytes: 0 })).bytes).toEqual(bytes(''));
    });

    test('refuses a file over the limit, and tells both sizes', async () => {
      await scratch.put('large', 'x'.repeat(maxBytes + 1));
      await expect(readFile(scratch.workspace, at('large'), { maxBytes })).rejects.toMatchObject({
        code: 'too_large',
        details: { limit_bytes: maxBytes, size_bytes: maxBytes + 1 },
      });
    });

    test.runIf(process.platform === 'linux')(
      'reads to the end of a file that claims to have no size',
      async () => {
        const { openWorkspace } = await import('../../src/workspace/index.ts');
        const proc = await openWorkspace({ root: '/proc/self' });
        const { size } = await readFile(proc, at('status'), { maxBytes: 100_000 });
        expect(size).toBeGreaterThan(500);
        expect(await codeOf(readFile(proc, at('status'), { maxBytes: 100 }))).toBe('too_large');
        await proc.close();
      },
    );

    test('refuses what is missing or is a directory', async () => {
      await scratch.put('src/main.py', '');
      const read = (path: string) => codeOf(readFile(scratch.workspace, at(path), { maxBytes }));
      expect(await read('main.py')).toBe('not_found');
      expect(await read('lib/main.py')).toBe('not_found');
      expect(await read('src')).toBe('not_a_file');
      expect(await read('src/main.py/x')).toBe('not_a_directory');
      expect(await codeOf(readFile(scratch.workspace, root, { maxBytes }))).toBe('not_a_file');
    });

    test('never decodes a name', async () => {
      await scratch.put('etc/passwd', 'inside');
      const read = (path: string) => codeOf(readFile(scratch.workspace, at(path), { maxBytes }));
      expect(await read('%2e%2e/etc/passwd')).toBe('not_found');
      expect(await read('etc%2fpasswd')).toBe('not_found');
    });
  });

  describe('writing', () => {
    test('makes a new file, then replaces it and tells what was there', async () => {
      const { workspace, names, host } = scratch;
      expect(await writeFile(workspace, at('a.txt'), bytes('one'), { maxBytes })).toEqual({
        size: 3,
        hash: hashOf(bytes('one')),
        previousHash: null,
      });
      expect(await writeFile(workspace, at('a.txt'), bytes('two!'), { maxBytes })).toEqual({
        size: 4,
        hash: hashOf(bytes('two!')),
        previousHash: hashOf(bytes('one')),
      });
      expect(await readHostFile(host('a.txt'), 'utf8')).toBe('two!');
      expect(await names()).toEqual(['a.txt']);
    });

    test('keeps the permissions of the old file, but not its set-user-id bit', async () => {
      await scratch.put('run.sh', 'old');
      await chmod(scratch.host('run.sh'), 0o4751);
      await writeFile(scratch.workspace, at('run.sh'), bytes('new'), { maxBytes });
      expect((await stat(scratch.host('run.sh'))).mode & 0o7777).toBe(0o751);
    });

    test('makes missing directories only when asked to', async () => {
      const { workspace } = scratch;
      const path = at('a/b/c.txt');
      expect(await codeOf(writeFile(workspace, path, bytes(''), { maxBytes }))).toBe('not_found');
      await writeFile(workspace, path, bytes('x'), { maxBytes, makeParents: true });
      expect(await scratch.names()).toEqual(['a', 'a/b', 'a/b/c.txt']);
    });

    test('makes shared parents once when many files need them at the same time', async () => {
      const { workspace } = scratch;
      const paths = Array.from({ length: 20 }, (_, index) => at(`a/b/c/${index}.txt`));
      await Promise.all(
        paths.map((path) => writeFile(workspace, path, bytes(''), { maxBytes, makeParents: true })),
      );
      expect(await scratch.names('a/b/c')).toHaveLength(20);
    });

    test('refuses to write over another version than the expected one', async () => {
      const { workspace, host, names } = scratch;
      await scratch.put('a.txt', 'current');
      const write = (expectedHash: string) =>
        writeFile(workspace, at('a.txt'), bytes('mine'), { maxBytes, expectedHash });
      await expect(write(hashOf(bytes('older')))).rejects.toMatchObject({
        code: 'conflict',
        details: { current_hash: hashOf(bytes('current')) },
      });
      expect(await readHostFile(host('a.txt'), 'utf8')).toBe('current');
      expect(await names()).toEqual(['a.txt']);
      expect(await write(hashOf(bytes('current')))).toMatchObject({ size: 4 });
    });

    test('refuses to bring back a file that was deleted since', async () => {
      const write = writeFile(scratch.workspace, at('a.txt'), bytes('mine'), {
        maxBytes,
        expectedHash: hashOf(bytes('older')),
      });
      await expect(write).rejects.toMatchObject({
        code: 'conflict',
        details: { current_hash: null },
      });
      expect(await scratch.names()).toEqual([]);
    });

    test('lets exactly one of many writers win over the same version', async () => {
      await scratch.put('a.txt', 'base');
      const expectedHash = hashOf(bytes('base'));
      const writes = Array.from({ length: 20 }, (_, index) =>
        codeOf(
          writeFile(scratch.workspace, at('a.txt'), bytes(`${index}`), { maxBytes, expectedHash }),
        ),
      );
      const outcomes = await Promise.all(writes);
      expect(outcomes.filter((code) => code === undefined)).toHaveLength(1);
      expect(outcomes.filter((code) => code === 'conflict')).toHaveLength(19);
    });

    test('with create never touches what is there', async () => {
      const { workspace, host } = scratch;
      await scratch.put('a.txt', 'kept');
      await scratch.put('dir/b.txt', '');
      const create = (path: string) =>
        codeOf(writeFile(workspace, at(path), bytes('new'), { maxBytes, mode: 'create' }));
      expect(await create('a.txt')).toBe('already_exists');
      expect(await create('dir')).toBe('already_exists');
      expect(await readHostFile(host('a.txt'), 'utf8')).toBe('kept');
      expect(await create('c.txt')).toBeUndefined();
      expect(await scratch.names()).toEqual(['a.txt', 'c.txt', 'dir', 'dir/b.txt']);
    });

    test('with create lets exactly one of many win', async () => {
      const creates = Array.from({ length: 20 }, (_, index) =>
        codeOf(
          writeFile(scratch.workspace, at('a.txt'), bytes(`${index}`), {
            maxBytes,
            mode: 'create',
          }),
        ),
      );
      const outcomes = await Promise.all(creates);
      expect(outcomes.filter((code) => code === undefined)).toHaveLength(1);
      expect(outcomes.filter((code) => code === 'already_exists')).toHaveLength(19);
    });

    test('refuses content over the limit before anything is written', async () => {
      const write = writeFile(scratch.workspace, at('a/b'), bytes('x'.repeat(maxBytes + 1)), {
        maxBytes,
        makeParents: true,
      });
      await expect(write).rejects.toMatchObject({
        code: 'too_large',
        details: { limit_bytes: maxBytes, size_bytes: maxBytes + 1 },
      });
      expect(await scratch.names()).toEqual([]);
    });

    test('refuses the workspace itself and a directory', async () => {
      await scratch.put('src/main.py', '');
      const write = (path = root) =>
        codeOf(writeFile(scratch.workspace, path, bytes(''), { maxBytes }));
      expect(await write()).toBe('invalid_message');
      expect(await write(at('src'))).toBe('not_a_file');
      expect(await write(at('src/main.py/x'))).toBe('not_a_directory');
      expect(await scratch.names()).toEqual(['src', 'src/main.py']);
    });

    test('refuses a kind of file that is excluded', async () => {
      const write = writeFile(scratch.workspace, at('a.txt'), Buffer.from('\x7fELF\x02\x01'), {
        maxBytes,
        fileTypes: { denyContent: ['executable'] },
      });
      expect(await codeOf(write)).toBe('unsupported_file_type');
      expect(await scratch.names()).toEqual([]);
    });

    test('never shows a reader a part of the content', async () => {
      const { workspace, host } = scratch;
      const contents = ['a', 'b'].map((letter) => Buffer.alloc(300_000, letter));
      const [even, odd] = contents as [Buffer, Buffer];
      await scratch.put('a.txt', even);
      let writing = true;
      const writer = (async () => {
        for (let round = 0; round < 100; round++) {
          const content = round % 2 === 0 ? odd : even;
          await writeFile(workspace, at('a.txt'), content, { maxBytes: 1_000_000 });
        }
        writing = false;
      })();
      let reads = 0;
      while (writing) {
        const seen = await readHostFile(host('a.txt'));
        expect(seen.equals(even) || seen.equals(odd)).toBe(true);
        reads += 1;
      }
      await writer;
      expect(reads).toBeGreaterThan(10);
    });
  });

  describe('directories', () => {
    test('are made with those on the way, once', async () => {
      const { workspace } = scratch;
      await createDirectory(workspace, at('a/b/c'));
      expect(await scratch.names()).toEqual(['a', 'a/b', 'a/b/c']);
      expect(await codeOf(createDirectory(workspace, at('a/b')))).toBe('already_exists');
      expect(await codeOf(createDirectory(workspace, root))).toBe('invalid_message');
    });

    test('are told from files and from nothing', async () => {
      await scratch.put('src/main.py', '');
      const kind = (path: string) => kindOf(scratch.workspace, at(path));
      expect(await kind('src')).toBe('directory');
      expect(await kind('src/main.py')).toBe('file');
      expect(await kind('lib')).toBe(null);
      expect(await kind('lib/main.py')).toBe(null);
      expect(await kindOf(scratch.workspace, root)).toBe('directory');
      expect(await codeOf(kind('src/main.py/x'))).toBe('not_a_directory');
    });

    test('are removed when empty, and with their content only when asked to', async () => {
      const { workspace } = scratch;
      await scratch.put('full/a/b.txt', '');
      await scratch.put('full/c.txt', '');
      await createDirectory(workspace, at('empty'));
      const remove = (path: string, recursive: boolean) =>
        removeDirectory(workspace, at(path), { recursive });
      expect(await remove('empty', false)).toEqual({ removed: 1 });
      expect(await codeOf(remove('full', false))).toBe('conflict');
      expect(await scratch.names('full')).toEqual(['a', 'a/b.txt', 'c.txt']);
      expect(await remove('full', true)).toEqual({ removed: 4 });
      expect(await scratch.names()).toEqual([]);
    });

    test('are not files, and files are not directories, when they are removed', async () => {
      const { workspace } = scratch;
      await scratch.put('src/main.py', '');
      const asDirectory = removeDirectory(workspace, at('src/main.py'), { recursive: true });
      expect(await codeOf(asDirectory)).toBe('not_a_directory');
      expect(await codeOf(removeFile(workspace, at('src')))).toBe('not_a_file');
      expect(await codeOf(removeDirectory(workspace, root, { recursive: true }))).toBe(
        'invalid_message',
      );
      expect(await scratch.names()).toEqual(['src', 'src/main.py']);
    });
  });

  describe('deleting', () => {
    test('tells the hash of what is gone', async () => {
      await scratch.put('a.txt', 'content');
      const { workspace } = scratch;
      expect(await removeFile(workspace, at('a.txt'))).toEqual({ hash: hashOf(bytes('content')) });
      expect(await codeOf(removeFile(workspace, at('a.txt')))).toBe('not_found');
    });
  });

  describe('renaming', () => {
    test('moves files and directories', async () => {
      await scratch.put('src/main.py', 'x');
      await scratch.put('lib/keep', '');
      await renamePath(scratch.workspace, at('src/main.py'), at('lib/app.py'));
      await renamePath(scratch.workspace, at('lib'), at('src/lib'));
      expect(await scratch.names()).toEqual(['src', 'src/lib', 'src/lib/app.py', 'src/lib/keep']);
    });

    test('never writes over what is there', async () => {
      await scratch.put('a.txt', 'a');
      await scratch.put('b.txt', 'b');
      await scratch.put('full/x', '');
      await createDirectory(scratch.workspace, at('empty'));
      const before = await scratch.names();
      const rename = (from: string, to: string) =>
        codeOf(renamePath(scratch.workspace, at(from), at(to)));
      for (const [from, to] of [
        ['a.txt', 'b.txt'],
        ['a.txt', 'a.txt'],
        ['a.txt', 'empty'],
        ['full', 'empty'],
        ['empty', 'full'],
        ['full', 'a.txt'],
      ] as const) {
        expect(await rename(from, to), `${from} to ${to}`).toBe('already_exists');
      }
      expect(await scratch.names()).toEqual(before);
      expect(await readHostFile(scratch.host('b.txt'), 'utf8')).toBe('b');
    });

    test('lets exactly one of many win the new name', async () => {
      const paths = Array.from({ length: 10 }, (_, index) => `${index}.txt`);
      await Promise.all(paths.map((path) => scratch.put(path, path)));
      const outcomes = await Promise.all(
        paths.map((path) => codeOf(renamePath(scratch.workspace, at(path), at('new.txt')))),
      );
      expect(outcomes.filter((code) => code === undefined)).toHaveLength(1);
      expect(await scratch.names()).toHaveLength(10);
    });

    test('refuses a missing source, a missing target directory and a move into itself', async () => {
      await scratch.put('src/main.py', '');
      const rename = (from: string, to: string) =>
        codeOf(renamePath(scratch.workspace, at(from), at(to)));
      expect(await rename('nothing', 'b')).toBe('not_found');
      expect(await rename('src', 'lib/src')).toBe('not_found');
      expect(await rename('src', 'src/sub')).toBe('invalid_message');
      expect(await scratch.names()).toEqual(['src', 'src/main.py']);
    });
  });

  test('no refusal ever names a path of the host', async () => {
    await scratch.put('file', '');
    const { workspace } = scratch;
    const refusals = [
      () => readFile(workspace, at('missing/x'), { maxBytes }),
      () => readFile(workspace, at('file/x'), { maxBytes }),
      () => writeFile(workspace, at('file'), bytes(''), { maxBytes, mode: 'create' }),
      () => removeFile(workspace, at('nothing')),
      () => createDirectory(workspace, at('file')),
      () => renamePath(workspace, at('nothing'), at('x')),
    ];
    for (const refusal of refusals) {
      const message = await refusal().then(
        () => '',
        (error: Error) => error.message,
      );
      expect(message).not.toBe('');
      expect(message).not.toContain(scratch.root);
      expect(message).not.toContain('/proc');
    }
  });
});
