import { mkdir, writeFile as writeHostFile } from 'node:fs/promises';
import { closeSync, constants, mkdirSync, openSync, writeFileSync } from 'node:fs';
import type { TreeNode } from '@ide-assistant/sdk/protocol';
import { describe, expect, test } from 'vitest';
import { confinePath, listDirectory, removeDirectory } from '../../src/workspace/index.ts';
import { codeOf, confinements, openScratch } from './scratch.ts';

const root = confinePath('', { allowRoot: true });

/** Paths of a tree in its order, directories with a slash. */
function pathsOf(tree: readonly TreeNode[]): string[] {
  return tree.flatMap(({ path, kind, children = [] }) => [
    kind === 'directory' ? `${path}/` : path,
    ...pathsOf(children),
  ]);
}

describe.each(confinements)('listing a directory (%s)', (confinement) => {
  test('puts directories first, then names in order, with sizes and times', async () => {
    const { workspace, put, host } = await openScratch({ confinement });
    await put('b.txt', 'four');
    await put('a.txt', '');
    await put('Z.txt', '');
    await put('src/ü.py', '');
    await put('src/lib/x.py', '');
    await mkdir(host('empty'));
    const { tree, fileCount, truncated } = await listDirectory(workspace, root);
    expect(pathsOf(tree)).toEqual([
      'empty/',
      'src/',
      'src/lib/',
      'src/lib/x.py',
      'src/ü.py',
      'Z.txt',
      'a.txt',
      'b.txt',
    ]);
    expect(tree[0]).toEqual({ name: 'empty', path: 'empty', kind: 'directory', children: [] });
    expect(tree.at(-1)).toEqual({
      name: 'b.txt',
      path: 'b.txt',
      kind: 'file',
      size: 4,
      modified_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
    expect({ fileCount, truncated }).toEqual({ fileCount: 5, truncated: false });
  });

  test('lists a directory below the root with whole paths', async () => {
    const { workspace, put } = await openScratch({ confinement });
    await put('src/lib/x.py', '');
    const { tree } = await listDirectory(workspace, confinePath('src'));
    expect(pathsOf(tree)).toEqual(['src/lib/', 'src/lib/x.py']);
  });

  test('stops at the depth that was asked for, without calling it cut', async () => {
    const { workspace, put } = await openScratch({ confinement });
    await put('a/b/c.txt', '');
    const { tree, fileCount, truncated } = await listDirectory(workspace, root, { depth: 2 });
    expect(tree).toEqual([
      {
        name: 'a',
        path: 'a',
        kind: 'directory',
        children: [{ name: 'b', path: 'a/b', kind: 'directory' }],
      },
    ]);
    expect({ fileCount, truncated }).toEqual({ fileCount: 0, truncated: false });
  });

  test('cuts 10,000 entries, in order, and says so', async () => {
    const { workspace, host } = await openScratch({ confinement });
    const names = Array.from({ length: 10_000 }, (_, index) => `${index}`.padStart(5, '0'));
    for (const name of names) writeFileSync(host(name), '');
    const { tree, fileCount, truncated } = await listDirectory(workspace, root);
    expect({ fileCount, truncated }).toEqual({ fileCount: 5_000, truncated: true });
    expect(tree.map(({ name }) => name)).toEqual(names.slice(0, 5_000));
    const whole = await listDirectory(workspace, root, { maxEntries: 10_000 });
    expect({ ...whole, tree: whole.tree.length }).toEqual({
      tree: 10_000,
      fileCount: 10_000,
      truncated: false,
    });
  });

  test('cuts what lies deepest, so that a huge directory does not hide its neighbours', async () => {
    const { workspace, put } = await openScratch({ confinement });
    for (let index = 0; index < 20; index++) await put(`a-huge/deep/${index}`, '');
    await put('src/main.py', '');
    const { tree, truncated } = await listDirectory(workspace, root, { maxEntries: 4 });
    expect(pathsOf(tree)).toEqual(['a-huge/', 'a-huge/deep/', 'src/', 'src/main.py']);
    expect(truncated).toBe(true);
    expect(tree[0]?.children?.[0]?.children).toBeUndefined();
  });

  test('says nothing of a cut when everything fits exactly', async () => {
    const { workspace, put } = await openScratch({ confinement });
    await put('a/b', '');
    await put('c', '');
    const listing = await listDirectory(workspace, root, { maxEntries: 3 });
    expect(pathsOf(listing.tree)).toEqual(['a/', 'a/b', 'c']);
    expect(listing.truncated).toBe(false);
  });

  test('leaves out temporary files and names that no path can spell', async () => {
    const { workspace, put, root: hostRoot } = await openScratch({ confinement });
    await put('shown', '');
    await put('.ide-assistant-0123456789abcdef01234567.tmp', '');
    await put('back\\slash', '');
    await put('10:30.log', '');
    await writeHostFile(
      Buffer.concat([Buffer.from(`${hostRoot}/`), Buffer.from([0xff, 0xfe])]),
      '',
    );
    const { tree, fileCount } = await listDirectory(workspace, root);
    expect(pathsOf(tree)).toEqual(['shown']);
    expect(fileCount).toBe(1);
  });

  test('refuses what is missing and what is a file', async () => {
    const { workspace, put } = await openScratch({ confinement });
    await put('file', '');
    const list = (path: string) => codeOf(listDirectory(workspace, confinePath(path)));
    expect(await list('nothing')).toBe('not_found');
    expect(await list('file')).toBe('not_a_directory');
  });
});

describe.each(confinements)('removing a directory (%s)', (confinement) => {
  test('removes names that are not UTF-8, and thousands of them', async () => {
    const { workspace, put, host, names } = await openScratch({ confinement });
    await put('tree/kept-out', '');
    const strange = Buffer.concat([Buffer.from(`${host('tree')}/`), Buffer.from([0xff])]);
    await writeHostFile(strange, '');
    for (let index = 0; index < 3_000; index++) writeFileSync(host(`tree/${index}`), '');
    const tree = confinePath('tree');
    expect(await removeDirectory(workspace, tree, { recursive: true })).toEqual({ removed: 3_003 });
    expect(await names()).toEqual([]);
  });
});

/** Makes directories in each other, with a file in each, deeper than any path can say. */
function dig(hostPath: string, levels: number): void {
  mkdirSync(hostPath);
  let current = openSync(hostPath, constants.O_DIRECTORY);
  for (let level = 0; level < levels; level++) {
    const below = `/proc/self/fd/${current}/d`;
    mkdirSync(below);
    writeFileSync(`/proc/self/fd/${current}/f`, '');
    const next = openSync(below, constants.O_DIRECTORY);
    closeSync(current);
    current = next;
  }
  closeSync(current);
}

describe.runIf(process.platform === 'linux')('a tree of 5,000 levels', () => {
  test('is listed as deep as a path can be, and removed to the last level', async () => {
    const { workspace, host, names, put } = await openScratch();
    await put('other', '');
    dig(host('deep'), 5_000);
    const { tree } = await listDirectory(workspace, root, { depth: 64 });
    expect(pathsOf(tree).at(0)).toBe('deep/');
    const deep = confinePath('deep');
    expect(await removeDirectory(workspace, deep, { recursive: true })).toEqual({
      removed: 10_001,
    });
    expect(await names()).toEqual(['other']);
  }, 120_000);
});
