import { describe, expect, test } from 'vitest';
import { openAuditLog } from '../../src/verification/index.ts';
import { startWriter } from './child.ts';
import { openLog, temporaryDirectory } from './fixtures.ts';

describe('lock of the log', () => {
  test('lets one opener in at a time, also within a process', async () => {
    const directory = await temporaryDirectory();
    const first = await openLog({ directory });

    await expect(openAuditLog({ directory })).rejects.toMatchObject({
      code: 'AUDIT_LOCKED',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await first.close();

    expect((await openLog({ directory })).available).toBe(true);
  });

  test('lets exactly one of many in that come at once', async () => {
    const directory = await temporaryDirectory();

    const results = await Promise.allSettled(
      Array.from({ length: 8 }, () => openLog({ directory })),
    );

    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'fulfilled') continue;
      expect(result.reason).toMatchObject({ code: 'AUDIT_LOCKED' });
    }
  });

  test('refuses a second process while the first lives, and not after it was killed', async () => {
    const directory = await temporaryDirectory();
    const writer = startWriter(directory);
    await writer.untilAcknowledged(1);

    await expect(openAuditLog({ directory })).rejects.toMatchObject({ code: 'AUDIT_LOCKED' });

    await writer.kill();
    const log = await openLog({ directory });
    expect(log.size).toBeGreaterThanOrEqual(1);
  });
});
