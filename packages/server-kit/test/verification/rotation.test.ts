import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { cp, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import {
  keyIdOf,
  openAuditLog,
  readCheckpoint,
  verifyEnvelope,
  verifyLog,
  type AuditLog,
} from '../../src/verification/index.ts';
import * as replaceFiles from '../../src/verification/replace-file.ts';
import { countingFile } from './counting-file.ts';
import { openLog, readLogLines, statement, temporaryDirectory } from './fixtures.ts';

const origin = 'ide-assistant/local';

// Each step that makes something durable can be watched, and is still the real one.
vi.mock('../../src/verification/replace-file.ts', async (importOriginal) => {
  const original = await importOriginal<typeof replaceFiles>();
  return {
    ...original,
    replaceFile: vi.fn(original.replaceFile),
    moveFile: vi.fn(original.moveFile),
    removeFile: vi.fn(original.removeFile),
  };
});

beforeEach(() => vi.clearAllMocks());

/** The log's keys, oldest first, as a client gets them. */
function keysOf(log: AuditLog) {
  return log.publicJwks.keys.map((jwk) => createPublicKey({ key: jwk, format: 'jwk' }));
}

async function keyFileIn(directory: string, name = 'key.pem') {
  return createPrivateKey(await readFile(join(directory, name), 'utf8'));
}

const newKey = () => generateKeyPairSync('ed25519').privateKey;

describe('changing the key', () => {
  test('leaves one entry, signed by the old key, after which the new one signs', async () => {
    const directory = await temporaryDirectory();
    const log = await openLog({ directory });
    await log.append(statement());
    const [old] = keysOf(log);
    if (!old) throw new Error('The log has no key.');

    const { keyId } = await log.rotateKey();
    await log.append(statement());

    const [, current] = keysOf(log);
    if (!current) throw new Error('The log has no second key.');
    expect(keyIdOf(current)).toBe(keyId);
    const [, change = '', after = ''] = await readLogLines(directory);
    expect(verifyEnvelope(change, old)).toMatchObject({
      index: 1,
      phase: 'key',
      action: 'key',
      actor: { kind: 'server' },
      inputHash: `sha256:${keyId}`,
      key: {
        keyid: keyId,
        spki: current.export({ type: 'spki', format: 'der' }).toString('base64'),
      },
    });
    expect(verifyEnvelope(after, current).index).toBe(2);
    expect(() => verifyEnvelope(after, old)).toThrow(/SIGNATURE/);
    const trust = { origin, publicKeys: [current] };
    expect(readCheckpoint((await log.consistency(3)).checkpoint, trust).size).toBe(3);
  });

  test('publishes each key with the entries that it signs, and the entry that brought it in', async () => {
    const directory = await temporaryDirectory();
    const log = await openLog({ directory });
    await log.append(statement());
    await log.rotateKey();
    await log.append(statement());
    await log.rotateKey();
    const published = log.publicJwks;
    const lines = await readLogLines(directory);

    expect(published.keys).toEqual([
      expect.objectContaining({ ide_first: 0, ide_last: 1 }),
      expect.objectContaining({
        ide_first: 2,
        ide_last: 3,
        ide_rotation: { index: 1, line: lines[1] },
      }),
      expect.objectContaining({ ide_first: 4, ide_rotation: { index: 3, line: lines[3] } }),
    ]);
    expect(published.keys[0]).not.toHaveProperty('ide_rotation');
    expect(published.keys[2]).not.toHaveProperty('ide_last');
    await log.close();
    expect((await openLog({ directory })).publicJwks).toEqual(published);
    expect(JSON.parse(await readFile(join(directory, 'jwks.json'), 'utf8'))).toEqual(published);
  });

  test('replaces the key file, closed to others, and keeps nothing of the old key', async () => {
    const directory = await temporaryDirectory();
    const log = await openLog({ directory });
    const before = await readFile(join(directory, 'key.pem'), 'utf8');

    const { keyId } = await log.rotateKey();

    const after = await keyFileIn(directory);
    expect(keyIdOf(createPublicKey(after))).toBe(keyId);
    expect((await stat(join(directory, 'key.pem'))).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).not.toContain('key.next.pem');
    for (const name of await readdir(directory)) {
      expect(await readFile(join(directory, name), 'latin1')).not.toContain(before.split('\n')[1]);
    }
  });

  test('keeps the order of entries that are recorded meanwhile', async () => {
    const directory = await temporaryDirectory();
    const log = await openLog({ directory });
    const appends = () => Array.from({ length: 20 }, () => log.append(statement()));

    const rotations = [log.rotateKey(), log.rotateKey()];
    await Promise.all([...appends(), ...rotations, ...appends()]);
    await log.close();

    expect(log.size).toBe(42);
    const verdict = await verifyLog({ directory, keys: log.publicJwks });
    expect(verdict).toMatchObject({ ok: true, findings: [], size: 42 });
    expect(verdict.keys).toEqual(log.publicJwks);
  });

  test('takes a given key, and refuses another kind and one that the log had before', async () => {
    const directory = await temporaryDirectory();
    const log = await openLog({ directory });
    const first = await keyFileIn(directory);
    const given = newKey();

    expect(await log.rotateKey(given)).toEqual({ keyId: keyIdOf(createPublicKey(given)) });

    const rsa = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    for (const unfit of [given, first, rsa]) {
      await expect(log.rotateKey(unfit)).rejects.toMatchObject({ code: 'AUDIT_KEY' });
    }
    expect(log.size).toBe(1);
    expect(await log.append(statement())).toMatchObject({ index: 1 });
  });

  test('changes nothing when the new key cannot be stored', async () => {
    const directory = await temporaryDirectory();
    const log = await openLog({ directory });
    vi.mocked(replaceFiles.replaceFile).mockRejectedValueOnce(new Error('ENOSPC'));

    await expect(log.rotateKey()).rejects.toMatchObject({ code: 'AUDIT_KEY' });

    expect(log.publicJwks.keys).toHaveLength(1);
    expect(await log.append(statement())).toMatchObject({ index: 0 });
  });

  test('that cannot be tidied up is in force and told of, and the next one loses no key', async () => {
    const directory = await temporaryDirectory();
    const file = countingFile();
    const onError = vi.fn();
    const log = await openLog({ directory, openFile: file.open, onError });
    vi.mocked(replaceFiles.moveFile).mockRejectedValueOnce(new Error('EIO'));

    const { keyId } = await log.rotateKey();

    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'AUDIT_KEY' }));
    expect(await log.append(statement())).toMatchObject({ index: 1 });
    file.failure = { in: 'write', error: new Error('ENOSPC') };
    await expect(log.rotateKey()).rejects.toMatchObject({ code: 'audit_unavailable' });
    await log.close();

    const again = await openLog({ directory });
    expect(keysOf(again).map(keyIdOf).at(-1)).toBe(keyId);
    expect(await again.append(statement())).toMatchObject({ index: 2 });
  });

  test('does not begin while the present key is not in its file', async () => {
    const directory = await temporaryDirectory();
    const log = await openLog({ directory });
    vi.mocked(replaceFiles.moveFile).mockRejectedValueOnce(new Error('EIO'));
    const { keyId } = await log.rotateKey();
    vi.mocked(replaceFiles.moveFile).mockRejectedValueOnce(new Error('EIO'));

    await expect(log.rotateKey()).rejects.toMatchObject({ code: 'AUDIT_KEY' });

    expect(keysOf(log).map(keyIdOf).at(-1)).toBe(keyId);
    await log.rotateKey();
    expect(log.publicJwks.keys).toHaveLength(3);
  });

  test('is refused by a closed log', async () => {
    const log = await openLog({ directory: await temporaryDirectory() });
    await log.close();

    await expect(log.rotateKey()).rejects.toMatchObject({ code: 'audit_unavailable' });
  });
});

describe('a stop while the key is changed', () => {
  /** What a disk holds at a moment; the lock is the process's. */
  async function snapshot(directory: string): Promise<string> {
    const copy = join(await temporaryDirectory(), 'log');
    await cp(directory, copy, {
      recursive: true,
      filter: (path) => !path.endsWith('lock'),
    });
    return copy;
  }

  test('after any step leaves a log that opens with one of the two keys', async () => {
    const directory = await temporaryDirectory();
    const file = countingFile();
    const log = await openLog({ directory, openFile: file.open, checkpointIntervalMs: 60_000 });
    await log.append(statement());
    const [old = ''] = keysOf(log).map(keyIdOf);
    const stops: { before: string; copy: string }[] = [];
    const watch = async (before: string) => {
      stops.push({ before, copy: await snapshot(directory) });
    };
    const { replaceFile, moveFile } = await vi.importActual<typeof replaceFiles>(
      '../../src/verification/replace-file.ts',
    );
    vi.mocked(replaceFiles.replaceFile).mockImplementation(async (path, ...rest) => {
      await watch(`writing ${path.slice(directory.length + 1)}`);
      await replaceFile(path, ...rest);
    });
    vi.mocked(replaceFiles.moveFile).mockImplementation(async (from, to) => {
      await watch('replacing the key');
      await moveFile(from, to);
    });
    file.beforeAppend = () => watch('writing the entry');
    file.afterAppend = () => watch('taking the entry in');

    const { keyId } = await log.rotateKey();
    await watch('the next entry');

    vi.mocked(replaceFiles.replaceFile).mockImplementation(replaceFile);
    vi.mocked(replaceFiles.moveFile).mockImplementation(moveFile);
    expect(stops.map(({ before }) => before)).toEqual([
      'writing key.next.pem',
      'writing the entry',
      'taking the entry in',
      'writing checkpoint',
      'replacing the key',
      'writing jwks.json',
      'the next entry',
    ]);
    const opened: string[] = [];
    for (const { copy } of stops) {
      const again = await openLog({ directory: copy });
      const entry = await again.append(statement());
      const current = keysOf(again).at(-1);
      if (!current) throw new Error('The log has no key.');
      opened.push(keyIdOf(current));
      expect(await readdir(copy)).not.toContain('key.next.pem');
      expect(keyIdOf(createPublicKey(await keyFileIn(copy)))).toBe(keyIdOf(current));
      const line = (await readLogLines(copy)).at(-1) ?? '';
      expect(verifyEnvelope(line, current).id).toBe(entry.id);
      await again.close();
      const verdict = await verifyLog({ directory: copy, keys: again.publicJwks });
      expect(verdict.findings).toEqual([]);
    }
    expect(opened).toEqual([old, old, keyId, keyId, keyId, keyId, keyId]);
  });
});

describe('a key that the host keeps', () => {
  async function hostedLog() {
    const directory = await temporaryDirectory();
    const key = newKey();
    const log = await openAuditLog({ directory, key });
    await log.append(statement());
    await log.close();
    return { directory, key };
  }

  test('must be the one of the log', async () => {
    const { directory } = await hostedLog();

    await expect(openAuditLog({ directory, key: newKey() })).rejects.toMatchObject({
      code: 'AUDIT_KEY',
      message: expect.stringContaining('previousKey'),
    });
  });

  test('is changed at opening when the one before is given too', async () => {
    const { directory, key: previousKey } = await hostedLog();
    const key = newKey();

    const log = await openLog({ directory, key, previousKey });
    await log.append(statement());
    await log.close();

    expect(log.size).toBe(3);
    expect(await readdir(directory)).not.toContain('key.pem');
    // Both may still be given the next time, and the new one alone is enough.
    const onError = vi.fn();
    const both = { directory, key, previousKey, onError };
    expect((await openAuditLog(both).then(closed)).size).toBe(3);
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'AUDIT_PREVIOUS_KEY' }),
    );
    expect((await openAuditLog({ directory, key }).then(closed)).size).toBe(3);
    await expect(openAuditLog({ directory, key: previousKey })).rejects.toMatchObject({
      code: 'AUDIT_KEY',
    });
  });

  test('takes over from a key file, which is gone then', async () => {
    const directory = await temporaryDirectory();
    await openAuditLog({ directory }).then(closed);
    const previousKey = await keyFileIn(directory);

    const log = await openLog({ directory, key: newKey(), previousKey });

    expect(log.publicJwks.keys).toHaveLength(2);
    expect(await readdir(directory)).not.toContain('key.pem');
  });

  test('is never made by the log', async () => {
    const { directory, key } = await hostedLog();
    const log = await openLog({ directory, key });

    await expect(log.rotateKey()).rejects.toMatchObject({ code: 'AUDIT_KEY' });
    const next = newKey();
    await log.rotateKey(next);
    await log.close();
    expect((await openLog({ directory, key: next })).size).toBe(2);
  });

  async function closed(log: AuditLog): Promise<AuditLog> {
    await log.close();
    return log;
  }
});
