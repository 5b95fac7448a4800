import { appendFile, readdir, readFile, truncate, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import {
  openAppendFile,
  openAuditLog,
  openEnvelope,
  verifyEnvelope,
  verifyLog,
  type AuditLog,
  type RecordedStatement,
} from '../../src/verification/index.ts';
import { startWriter } from './child.ts';
import { countingFile } from './counting-file.ts';
import {
  openLog,
  publicKeyOf,
  readLogLines,
  statement,
  temporaryDirectory,
  writeLog,
} from './fixtures.ts';

async function recorded(directory: string, log: AuditLog): Promise<RecordedStatement[]> {
  const key = publicKeyOf(log);
  return (await readLogLines(directory)).map((line) => verifyEnvelope(line, key));
}

describe('after a crash', () => {
  test('half of a last line is moved aside and reported, and the log goes on', async () => {
    const directory = await temporaryDirectory();
    await writeLog(directory, 3);
    const path = join(directory, 'log.jsonl');
    const complete = await readFile(path, 'utf8');
    await appendFile(path, '{"payloadType":"application/vn');
    const onError = vi.fn();
    const now = Date.now();

    const log = await openLog({ directory, onError, clock: () => now });

    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'AUDIT_TAIL_CUT' }),
    );
    expect(await readFile(path, 'utf8')).toBe(complete);
    const aside = `${path}.torn-${complete.length}-${now}`;
    expect(await readFile(aside, 'utf8')).toBe('{"payloadType":"application/vn');
    expect(await log.append(statement())).toMatchObject({ index: 3 });
    await log.close();
    await openLog({ directory, onError });
    expect(onError).toHaveBeenCalledOnce();
  });

  test('a last line that lacks only its newline counts as unfinished', async () => {
    const directory = await temporaryDirectory();
    const file = countingFile();
    const first = await openAuditLog({ directory, onError: vi.fn(), openFile: file.open });
    await first.append(statement());
    // The write arrives, but nobody is told so, and no checkpoint is made.
    file.failure = { in: 'sync', error: new Error('EIO') };
    await expect(first.append(statement())).rejects.toMatchObject({ code: 'audit_unavailable' });
    await first.close();
    const path = join(directory, 'log.jsonl');
    await truncate(path, (await stat(path)).size - 1);

    const log = await openLog({ directory, onError: vi.fn() });
    expect(log.size).toBe(1);
  });

  test('what is in the file but may not be on the disk is put there before a checkpoint covers it', async () => {
    const directory = await temporaryDirectory();
    const file = countingFile();
    const first = await openAuditLog({ directory, onError: vi.fn(), openFile: file.open });
    file.failure = { in: 'sync', error: new Error('EIO') };
    await expect(first.append(statement())).rejects.toMatchObject({ code: 'audit_unavailable' });
    await first.close();

    const again = countingFile();
    await (await openLog({ directory, openFile: again.open })).close();
    expect(again).toMatchObject({ appends: 0, syncs: 1 });
    const covered = countingFile();
    await (await openLog({ directory, openFile: covered.open })).close();
    expect(covered.syncs).toBe(0);
  });

  test('each intent without a result gets one with the outcome unknown, once', async () => {
    const directory = await temporaryDirectory();
    const first = await openAuditLog({ directory });
    const done = await first.append(statement({ phase: 'intent', subject: 's_1:done' }));
    const openUser = await first.append(statement({ phase: 'intent', subject: 's_1:user' }));
    const actor = { sub: 'ada', kind: 'assistant', sessionId: 's_2' } as const;
    const openAgent = await first.append(
      statement({ phase: 'intent', subject: 's_2:agent', actor, action: 'ide_code_execute' }),
    );
    await first.append(statement({ phase: 'result', intent: done.id, outcome: 'ok' }));
    await first.append(statement({ phase: 'approval', intent: openUser.id }));
    await first.close();

    const second = await openLog({ directory });

    const entries = await recorded(directory, second);
    expect(entries.slice(5)).toEqual([
      expect.objectContaining({
        phase: 'result',
        intent: openUser.id,
        outcome: 'unknown',
        subject: 's_1:user',
      }),
      expect.objectContaining({
        phase: 'result',
        intent: openAgent.id,
        outcome: 'unknown',
        subject: 's_2:agent',
        action: 'ide_code_execute',
        actor,
      }),
    ]);
    await second.close();
    expect((await openLog({ directory })).size).toBe(7);
  });

  test('a process killed while writing has lost no acknowledged entry and did nothing unrecorded, twenty times over', async () => {
    const onError = vi.fn();
    // Two logs side by side, since a process mostly waits for its disk and its start.
    const acknowledged = await Promise.all([
      killRepeatedly(10, onError),
      killRepeatedly(10, onError),
    ]);

    expect(Math.min(...acknowledged)).toBeGreaterThanOrEqual(10 * 25);
    // The only thing worth a report is a line that the kill cut in two.
    for (const [error] of onError.mock.calls) {
      expect(error).toMatchObject({ code: 'AUDIT_TAIL_CUT' });
    }
  }, 60_000);
});

/** Returns how many entries were acknowledged in all rounds together. */
async function killRepeatedly(rounds: number, onError: (error: unknown) => void): Promise<number> {
  const directory = await temporaryDirectory();
  const effects = join(await temporaryDirectory(), 'effects');
  const acknowledged = new Set<string>();
  let keys: AuditLog['publicJwks'] = { keys: [] };
  for (let round = 1; round <= rounds; round += 1) {
    const writer = startWriter(directory, effects);
    await writer.untilAcknowledged(20 + 5 * round);
    await writer.kill();
    for (const id of writer.acknowledged) acknowledged.add(id);

    const log = await openAuditLog({ directory, onError });
    keys = log.publicJwks;
    const last = writer.acknowledged.at(-1) ?? '';
    expect((await log.prove(last))?.envelope).toBeDefined();
    await log.close();
    const entries = (await readLogLines(directory)).map((line) => openEnvelope(line).entry);
    const written = new Set(entries.map(({ id }) => id));
    expect([...acknowledged].filter((id) => !written.has(id))).toEqual([]);
    const closed = new Set(entries.map(({ intent }) => intent));
    const intents = entries.filter(({ phase }) => phase === 'intent').map(({ id }) => id);
    expect(intents.filter((id) => !closed.has(id))).toEqual([]);
    const done = (await readFile(effects, 'utf8')).trimEnd().split('\n');
    expect(done.filter((id) => !intents.includes(id))).toEqual([]);
  }
  expect((await verifyLog({ directory, keys })).findings).toEqual([]);
  return acknowledged.size;
}

describe('a log that cannot be written', () => {
  test('answers audit_unavailable on a full disk, and goes on when opened again', async () => {
    const directory = await temporaryDirectory();
    await writeLog(directory, 2);
    const onError = vi.fn();
    const log = await openLog({ directory, onError, openFile: () => openAppendFile('/dev/full') });

    const refusals = await Promise.allSettled([log.append(statement()), log.append(statement())]);

    for (const refusal of refusals) {
      expect(refusal).toMatchObject({
        status: 'rejected',
        reason: { name: 'RequestError', code: 'audit_unavailable', retryable: true },
      });
    }
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'ENOSPC' }));
    expect(log.available).toBe(false);
    await expect(log.append(statement())).rejects.toMatchObject({ code: 'audit_unavailable' });
    await log.close();

    const again = await openLog({ directory });
    expect(again.available).toBe(true);
    expect(await again.append(statement())).toMatchObject({ index: 2 });
  });

  test.each(['write', 'sync'] as const)(
    'stays unavailable after one failed %s, though the next would succeed',
    async (step) => {
      const directory = await temporaryDirectory();
      const file = countingFile();
      const onError = vi.fn();
      const log = await openLog({ directory, onError, openFile: file.open });
      const kept = await log.append(statement());
      const error = new Error('EIO');
      file.failure = { in: step, error };

      await expect(log.append(statement())).rejects.toMatchObject({ cause: error });
      await expect(log.append(statement())).rejects.toMatchObject({ code: 'audit_unavailable' });

      expect(log.size).toBe(1);
      expect(file.appends).toBe(2);
      expect(onError).toHaveBeenCalledExactlyOnceWith(error);
      await log.close();
      const again = await openLog({ directory });
      expect(await again.prove(kept.id)).not.toBeNull();
    },
  );

  test('refuses what waits behind the failed write without writing it', async () => {
    const file = countingFile();
    const directory = await temporaryDirectory();
    const onError = vi.fn();
    const log = await openLog({ directory, onError, openFile: file.open });
    file.failure = { in: 'write', error: new Error('ENOSPC') };
    const waiting: Promise<unknown>[] = [];
    file.whileAppending = () => {
      waiting.push(log.append(statement()), log.append(statement()));
    };

    await expect(log.append(statement())).rejects.toMatchObject({ code: 'audit_unavailable' });
    const settled = await Promise.allSettled(waiting);

    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(file.appends).toBe(1);
    expect(onError).toHaveBeenCalledOnce();
    expect(await readFile(join(directory, 'log.jsonl'), 'utf8')).toBe('');
  });

  test('tells its callers nothing of the host', async () => {
    const directory = await temporaryDirectory();
    const log = await openLog({
      directory,
      onError: vi.fn(),
      openFile: () => openAppendFile('/dev/full'),
    });

    const error: unknown = await log.append(statement()).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(Error);
    expect(String(error)).not.toMatch(/ENOSPC|\/dev|\/tmp/);
  });

  test('does not open when the intents left open cannot be closed', async () => {
    const directory = await temporaryDirectory();
    const first = await openAuditLog({ directory });
    await first.append(statement({ phase: 'intent' }));
    await first.close();

    const openFile = () => openAppendFile('/dev/full');
    await expect(openAuditLog({ directory, onError: vi.fn(), openFile })).rejects.toMatchObject({
      code: 'AUDIT_OPEN',
    });

    expect((await openLog({ directory })).size).toBe(2);
    expect((await readdir(directory)).filter((name) => name.includes('torn'))).toEqual([]);
  });
});
