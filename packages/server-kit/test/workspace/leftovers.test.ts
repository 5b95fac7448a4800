import { link } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { confinePath, readFile, writeFile } from '../../src/workspace/index.ts';
import { temporaryName } from '../../src/workspace/temporary-file.ts';
import { openScratch } from './scratch.ts';

test('a file that a killed server had just put in place is read while others are being written', async () => {
  const { workspace, put, host, names } = await openScratch();
  const options = { maxBytes: 100, mode: 'create' } as const;
  const bytes = Buffer.from('x');
  for (let round = 0; round < 60; round += 1) {
    const path = `killed-${round}`;
    await put(path, 'whole');
    await link(host(path), host(temporaryName()));
    const others = Array.from({ length: 20 }, async (_, index) => {
      const other = confinePath(`other-${round}-${index}`);
      await writeFile(workspace, other, bytes, options);
    });
    const confined = confinePath(path);
    const readers = Array.from({ length: 3 }, () =>
      readFile(workspace, confined, { maxBytes: 100 }),
    );
    for (const { bytes: read } of await Promise.all(readers)) expect(read.toString()).toBe('whole');
    await Promise.all(others);
  }
  expect((await names()).filter((name) => name.includes('.tmp'))).toEqual([]);
});
