import * as fs from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { confinePath, readFile, renamePath, writeFile } from '../../src/workspace/index.ts';
import { placeFile } from '../../src/workspace/place-file.ts';
import { codeOf, openScratch } from './scratch.ts';

const maxBytes = 1_000;
const content = Buffer.from('whole');

describe('putting a file in place', () => {
  test('shows a reader all of a new file or none, and never takes it for a hard link', async () => {
    const { workspace } = await openScratch();
    let found = 0;
    for (let round = 0; round < 200; round++) {
      const path = confinePath(`${round}.txt`);
      const create = writeFile(workspace, path, content, { maxBytes, mode: 'create' });
      let created = false;
      void create.then(() => (created = true));
      while (!created) {
        try {
          expect((await readFile(workspace, path, { maxBytes })).bytes).toEqual(content);
          found += 1;
        } catch (error) {
          expect(error).toMatchObject({ code: 'not_found' });
        }
      }
      await create;
    }
    expect(found).toBeGreaterThan(0);
  });

  test('goes on where a server was killed while it created a file', async () => {
    const { workspace, host, names, put } = await openScratch();
    await put('a.txt', 'whole');
    await fs.link(host('a.txt'), host('.ide-assistant-0123456789abcdef01234567.tmp'));
    expect((await readFile(workspace, confinePath('a.txt'), { maxBytes })).bytes).toEqual(content);
    expect(await names()).toEqual(['a.txt']);
  });

  test('goes on where a server was killed while it renamed a file', async () => {
    const { workspace, host, names, put } = await openScratch();
    await put('old.txt', 'whole');
    await fs.link(host('old.txt'), host('new.txt'));
    await renamePath(workspace, confinePath('old.txt'), confinePath('new.txt'));
    expect(await names()).toEqual(['new.txt']);
    expect((await readFile(workspace, confinePath('new.txt'), { maxBytes })).bytes).toEqual(
      content,
    );
  });

  test('works on a file system without hard links, and still never overwrites', async () => {
    const { workspace, host, names, put } = await openScratch();
    const withoutLinks = {
      ...fs,
      link: () => Promise.reject(Object.assign(new Error(), { code: 'EPERM' })),
    };
    await put('from', 'whole');
    await put('taken', 'kept');
    const stats = await fs.stat(host('from'));
    const place = (name: string) =>
      placeFile(workspace, stats, host('from'), host(name), withoutLinks);
    await expect(place('taken')).rejects.toMatchObject({ code: 'EEXIST' });
    await place('to');
    expect(await names()).toEqual(['taken', 'to']);
    expect(await fs.readFile(host('to'), 'utf8')).toBe('whole');
    expect(await fs.readFile(host('taken'), 'utf8')).toBe('kept');
    await expect(place('other')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await names()).toEqual(['taken', 'to']);
  });

  test('leaves no temporary file behind when it is refused', async () => {
    const { workspace, names, put } = await openScratch();
    await put('a.txt', 'kept');
    const path = confinePath('a.txt');
    const create = writeFile(workspace, path, content, { maxBytes, mode: 'create' });
    expect(await codeOf(create)).toBe('already_exists');
    expect(await names()).toEqual(['a.txt']);
  });
});
