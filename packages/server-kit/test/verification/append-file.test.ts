import { constants } from 'node:fs';
import { open, readdir, readFile, readlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { openAppendFile } from '../../src/verification/index.ts';
import { temporaryDirectory } from './fixtures.ts';

/** Flags with which this process has a file open, as the kernel tells them. */
async function openFlagsOf(path: string): Promise<number> {
  for (const id of await readdir('/proc/self/fd')) {
    const target = await readlink(`/proc/self/fd/${id}`).catch(() => undefined);
    if (target !== path) continue;
    const info = await readFile(`/proc/self/fdinfo/${id}`, 'utf8');
    return Number.parseInt(/^flags:\s*(\d+)$/m.exec(info)?.[1] ?? '', 8);
  }
  throw new Error(`${path} is not open.`);
}

/** Counts the syncs of all files of this process. */
async function watchSyncs(path: string) {
  const handle = await open(path, 'w');
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  return vi.spyOn(prototype, 'datasync');
}

describe('a file of entries', () => {
  test.each([true, false])(
    'keeps what it was given, in order (durable writes: %s)',
    async (durableWrites) => {
      const path = join(await temporaryDirectory(), 'log');
      const file = await openAppendFile(path, { durableWrites });
      await file.append(Buffer.from('one\n'));
      await file.append(Buffer.from('two\n'));
      await file.close();
      const again = await openAppendFile(path, { durableWrites });
      await again.append(Buffer.from('three\n'));
      await again.sync();
      await again.close();

      expect(await readFile(path, 'utf8')).toBe('one\ntwo\nthree\n');
    },
  );

  test('is written durably by the kernel itself on Linux', async () => {
    const path = join(await temporaryDirectory(), 'log');
    const syncs = await watchSyncs(path);
    const file = await openAppendFile(path);
    expect((await openFlagsOf(path)) & constants.O_DSYNC).toBe(constants.O_DSYNC);
    await file.append(Buffer.from('one\n'));
    await file.close();
    expect(syncs).not.toHaveBeenCalled();
  });

  test('is synced after each write elsewhere', async () => {
    const path = join(await temporaryDirectory(), 'log');
    const syncs = await watchSyncs(path);
    const file = await openAppendFile(path, { durableWrites: false });
    expect((await openFlagsOf(path)) & constants.O_DSYNC).toBe(0);
    await file.append(Buffer.from('one\n'));
    expect(syncs).toHaveBeenCalledTimes(1);
    await file.append(Buffer.from('two\n'));
    expect(syncs).toHaveBeenCalledTimes(2);
    await file.close();
  });
});
