import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AuditLog } from '../../src/verification/index.ts';
import { parseCheckpoint } from '../../src/verification/checkpoint.ts';
import { openLog, readLogLines, statement, temporaryDirectory } from './fixtures.ts';

const mebibyte = 1_048_576;

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());

/** A log on a disk whose free space is set here. */
async function logOnDisk(reserveBytes?: number) {
  const disk = { freeBytes: 100 * mebibyte, looks: 0 };
  const onError = vi.fn();
  const log = await openLog({
    directory: await temporaryDirectory(),
    onError,
    ...(reserveBytes === undefined ? {} : { reserveBytes }),
    freeBytes: () => {
      disk.looks += 1;
      return Promise.resolve(disk.freeBytes);
    },
  });
  return { log, disk, onError };
}

/** Lets a second pass, and waits until the log has noticed; the wait moves the clock on too. */
async function until(log: AuditLog, available: boolean): Promise<void> {
  await vi.advanceTimersByTimeAsync(1_000);
  await vi.waitFor(() => expect(log.available).toBe(available), { timeout: 10_000 });
}

describe('a disk short of space', () => {
  test('takes nothing new below its reserve, and resumes by itself', async () => {
    const { log, disk, onError } = await logOnDisk();
    await log.append(statement());
    disk.freeBytes = 63 * mebibyte;
    await until(log, false);

    await expect(log.append(statement())).rejects.toMatchObject({
      code: 'audit_unavailable',
      retryable: true,
    });
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'AUDIT_DISK_SHORT' }),
    );

    disk.freeBytes = 65 * mebibyte;
    await until(log, true);
    expect(await log.append(statement())).toMatchObject({ index: 1 });
  });

  test('still takes the results of what has begun', async () => {
    const { log, disk } = await logOnDisk();
    const { id: intent } = await log.append(statement({ phase: 'intent' }));
    disk.freeBytes = 0;
    await until(log, false);

    const result = await log.append(statement({ phase: 'result', intent, outcome: 'ok' }));

    expect(result.index).toBe(1);
    await expect(log.append(statement({ phase: 'result' }))).rejects.toMatchObject({
      code: 'audit_unavailable',
    });
    expect((await log.prove(result.id))?.index).toBe(1);
  });

  test('still covers those results by a checkpoint, in time and when the log is closed', async () => {
    const { log, disk } = await logOnDisk();
    const intents = [];
    for (let count = 0; count < 2; count += 1) {
      intents.push((await log.append(statement({ phase: 'intent' }))).id);
    }
    disk.freeBytes = 0;
    await until(log, false);
    const [first, second] = intents.map((intent) =>
      statement({ phase: 'result', intent, outcome: 'ok' }),
    );
    if (!first || !second) throw new Error('There are two intents.');

    await log.append(first);
    await vi.advanceTimersByTimeAsync(1_000);
    await vi.waitFor(() => expect(parseCheckpoint(log.checkpoint()).size).toBe(3));
    await log.append(second);
    await log.close();

    expect(parseCheckpoint(log.checkpoint()).size).toBe(4);
  });

  test('is seen at opening', async () => {
    const directory = await temporaryDirectory();
    const onError = vi.fn();

    const log = await openLog({ directory, onError, freeBytes: () => Promise.resolve(1_000) });

    expect(log.available).toBe(false);
    await expect(log.append(statement())).rejects.toMatchObject({ code: 'audit_unavailable' });
    expect(await readLogLines(directory)).toEqual(['']);
  });

  test('is looked at once a second at most, and only while the log grows', async () => {
    const { log, disk } = await logOnDisk();
    expect(disk.looks).toBe(1);
    await Promise.all(Array.from({ length: 20 }, () => log.append(statement())));
    expect(disk.looks).toBe(1);

    await vi.advanceTimersByTimeAsync(999);
    expect(disk.looks).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await vi.waitFor(() => expect(disk.looks).toBe(2));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(disk.looks).toBe(2);
  });

  test('does not matter with a reserve of 0, nor where free space cannot be told', async () => {
    const { log, disk } = await logOnDisk(0);
    disk.freeBytes = 0;
    await log.append(statement());
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await log.append(statement())).toMatchObject({ index: 1 });
    expect(disk.looks).toBe(0);

    const directory = await temporaryDirectory();
    const freeBytes = () => Promise.reject(new Error('ENOSYS'));
    const other = await openLog({ directory, freeBytes });
    expect(await other.append(statement())).toMatchObject({ index: 0 });
  });

  test('is told apart from a file that was replaced, which ends the service, however rare checkpoints are', async () => {
    const directory = await temporaryDirectory();
    const onError = vi.fn();
    const log = await openLog({ directory, onError, checkpointIntervalMs: 3_600_000 });
    await log.append(statement());
    const path = join(directory, 'log.jsonl');
    await rename(path, `${path}.away`);
    await writeFile(path, '');

    await until(log, false);

    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ finding: 'REPLACED' }),
    );
  });
});

describe('a clock that is moved back', () => {
  test('never moves time in the log back, and is reported once', async () => {
    const directory = await temporaryDirectory();
    const onError = vi.fn();
    let now = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
    const log = await openLog({ directory, onError, clock: () => now });
    const times = [];
    for (const stepMs of [0, -60_000, 1_000, 59_000, 1]) {
      now += stepMs;
      times.push((await log.append(statement())).timestamp.slice(17));
    }

    expect(times).toEqual(['05.006Z', '05.006Z', '05.006Z', '05.006Z', '05.007Z']);
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({
        code: 'AUDIT_CLOCK',
        message: expect.stringContaining('60000 ms'),
      }),
    );
  });

  test('is noticed at opening, when the last entry lies in the future', async () => {
    const directory = await temporaryDirectory();
    const future = Date.now() + 3_600_000;
    const first = await openLog({ directory, clock: () => future });
    const { timestamp } = await first.append(statement());
    await first.close();
    const onError = vi.fn();

    const log = await openLog({ directory, onError });

    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'AUDIT_CLOCK' }),
    );
    expect((await log.append(statement())).timestamp).toBe(timestamp);
    expect(onError).toHaveBeenCalledOnce();
  });
});
