import { generateKeyPairSync } from 'node:crypto';
import { chmod, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import {
  keyIdOf,
  leafHash,
  openAuditLog,
  readCheckpoint,
  verifyConsistency,
  verifyEnvelope,
  verifyInclusion,
  type AuditLog,
  type EntryProof,
} from '../../src/verification/index.ts';
import { countingFile } from './counting-file.ts';
import {
  openLog,
  publicKeyOf,
  readLogLines,
  sha256,
  statement,
  temporaryDirectory,
} from './fixtures.ts';

const origin = 'ide-assistant/local';

/** What a third party does with a proof and the public key; returns the tree's size. */
function verifyProof(log: AuditLog, proof: EntryProof): number {
  const { size, root } = readCheckpoint(proof.checkpoint, {
    origin,
    publicKeys: [publicKeyOf(log)],
  });
  expect(proof.proof.tree_size).toBe(size);
  const holds = verifyInclusion({
    leaf: leafHash(Buffer.from(proof.line)),
    index: proof.index,
    size,
    root,
    proof: proof.proof.hashes.map((text) => Buffer.from(text, 'hex')),
  });
  expect(holds).toBe(true);
  return size;
}

describe('audit log', () => {
  test('proves each entry to a holder of the public key, also after it is opened again', async () => {
    const directory = await temporaryDirectory();
    const first = await openLog({ directory });
    const entries = [];
    for (let place = 0; place < 11; place += 1) entries.push(await first.append(statement()));
    await first.close();

    const second = await openLog({ directory });
    entries.push(await second.append(statement()));

    expect(second.size).toBe(12);
    for (const [index, { id }] of entries.entries()) {
      const proof = await second.prove(id);
      if (proof === null) throw new Error(`No proof of entry ${index}.`);
      expect(proof.index).toBe(index);
      expect(verifyEnvelope(proof.line, publicKeyOf(second)).id).toBe(id);
      expect(proof.envelope).toEqual(JSON.parse(proof.line));
      verifyProof(second, proof);
    }
  });

  test('renews the checkpoint for a proof only when the entry is newer', async () => {
    const log = await openLog({ directory: await temporaryDirectory() });
    const [first, second] = await Promise.all([log.append(statement()), log.append(statement())]);

    const before = log.checkpoint();
    const proof = await log.prove(first.id);
    const after = log.checkpoint();

    expect(before.split('\n')[1]).toBe('0');
    expect(proof && verifyProof(log, proof)).toBe(2);
    expect(proof?.checkpoint).toBe(after);
    await log.append(statement());
    expect((await log.prove(second.id))?.checkpoint).toBe(after);
  });

  test('proves to a holder of an old checkpoint that the newest one continues it', async () => {
    const log = await openLog({ directory: await temporaryDirectory() });
    const trust = { origin, publicKeys: [publicKeyOf(log)] };
    const ids = [];
    for (let place = 0; place < 5; place += 1) ids.push((await log.append(statement())).id);
    const remembered = readCheckpoint((await log.prove(ids[2] ?? ''))?.checkpoint ?? '', trust);
    for (let place = 0; place < 8; place += 1) await log.append(statement());
    await log.prove((await log.append(statement())).id);

    const proof = await log.consistency(remembered.size);

    const newest = readCheckpoint(proof.checkpoint, trust);
    expect(proof).toMatchObject({ old_size: 5, tree_size: 14, checkpoint: log.checkpoint() });
    const claim = {
      oldSize: remembered.size,
      oldRoot: remembered.root,
      size: newest.size,
      root: newest.root,
      proof: proof.hashes.map((text) => Buffer.from(text, 'hex')),
    };
    expect(verifyConsistency(claim)).toBe(true);
    expect(verifyConsistency({ ...claim, oldRoot: newest.root })).toBe(false);
  });

  test('renews the checkpoint for a size that it does not cover yet', async () => {
    const log = await openLog({ directory: await temporaryDirectory() });
    for (let place = 0; place < 3; place += 1) await log.append(statement());

    expect(await log.consistency(3)).toMatchObject({ old_size: 3, tree_size: 3, hashes: [] });
    expect(log.checkpoint().split('\n')[1]).toBe('3');
  });

  test.each([0, -1, 1.5, 3, Number.NaN])(
    'has no proof of consistency with %s of its two entries',
    async (oldSize) => {
      const log = await openLog({ directory: await temporaryDirectory() });
      await Promise.all([log.append(statement()), log.append(statement())]);

      await expect(log.consistency(oldSize)).rejects.toMatchObject({
        name: 'RequestError',
        code: 'invalid_message',
      });
    },
  );

  test('stores a checkpoint by itself when the interval is over', async () => {
    const directory = await temporaryDirectory();
    const log = await openLog({ directory, checkpointIntervalMs: 1 });
    await log.append(statement());

    await vi.waitFor(() => expect(log.checkpoint().split('\n')[1]).toBe('1'));
    expect(await readFile(join(directory, 'checkpoint'), 'utf8')).toBe(log.checkpoint());
  });

  test('knows nothing of ids that it did not give', async () => {
    const log = await openLog({ directory: await temporaryDirectory() });
    const { id } = await log.append(statement());

    expect(id).toMatch(/^[\w-]+$/);
    const guesses = ['', 'v_', 'v_0', 'v_0_0000000000000000', id.replace('v_0', 'v_1'), `${id}0`];
    for (const guess of guesses) {
      expect(await log.prove(guess)).toBeNull();
    }
  });

  test('keeps 1,000 concurrent entries in the order of the calls, with few writes', async () => {
    const file = countingFile();
    const directory = await temporaryDirectory();
    const log = await openLog({ directory, openFile: file.open });

    // In three bursts, so that entries arrive also while a write is under way.
    const appends = [];
    for (let burst = 0; burst < 4; burst += 1) {
      for (let place = 0; place < 250; place += 1) {
        appends.push(log.append(statement({ subject: `s_1:${burst * 250 + place}` })));
      }
      await appends[burst * 250];
    }
    const entries = await Promise.all(appends);

    expect(entries.map(({ index }) => index)).toEqual(entries.map((_, place) => place));
    const key = publicKeyOf(log);
    const subjects = (await readLogLines(directory)).map(
      (line) => verifyEnvelope(line, key).subject,
    );
    expect(subjects).toEqual(entries.map((_, place) => `s_1:${place}`));
    expect(file.appends).toBeLessThanOrEqual(20);
  });

  test('resolves an entry only after it is durable', async () => {
    const file = countingFile();
    const log = await openLog({ directory: await temporaryDirectory(), openFile: file.open });
    const durable = Promise.withResolvers<void>();
    const written = Promise.withResolvers<void>();
    file.afterAppend = () => {
      written.resolve();
      return durable.promise;
    };
    const order: string[] = [];

    const appended = log.append(statement()).then(() => order.push('resolved'));
    await written.promise;
    expect(log.size).toBe(0);
    order.push('durable');
    durable.resolve();
    await appended;

    expect(order).toEqual(['durable', 'resolved']);
    expect(log.size).toBe(1);
  });

  test('begins to write a burst while the rest of it is still being made', async () => {
    const file = countingFile();
    const log = await openLog({ directory: await temporaryDirectory(), openFile: file.open });

    const appends = Array.from({ length: 40 }, () => log.append(statement()));
    // In the same turn: nothing has been waited for.
    expect(file.appends).toBe(1);
    await Promise.all(appends);

    expect(file.appends).toBe(2);
    expect(log.size).toBe(40);
  });

  test('holds a group open for as long as it is told', async () => {
    const file = countingFile();
    const directory = await temporaryDirectory();
    const log = await openLog({ directory, openFile: file.open, commitDelayMs: 20 });

    const first = Array.from({ length: 40 }, () => log.append(statement()));
    await setImmediate();
    await Promise.all([...first, log.append(statement())]);

    expect(file.appends).toBe(1);
  });

  test('writes hashes only: nothing undeclared that a caller passes along', async () => {
    const directory = await temporaryDirectory();
    const log = await openLog({ directory });
    const canary = 'hunter2-canary';
    const careless = {
      ...statement({ inputHash: sha256(canary) }),
      content: canary,
      actor: { sub: 'ada', kind: 'user' as const, sessionId: 's_1', token: canary },
    };
    await log.append(careless);
    await log.close();

    for (const name of await readdir(directory)) {
      expect(await readFile(join(directory, name), 'latin1')).not.toContain(canary);
    }
    const [line = ''] = await readLogLines(directory);
    const payload = Buffer.from((JSON.parse(line) as { payload: string }).payload, 'base64');
    expect(payload.toString()).not.toContain(canary);
    expect(payload.toString()).toContain(sha256(canary).slice(7));
  });

  test.each([
    ['inputHash', { inputHash: 'print(1)' }],
    ['outputHash', { outputHash: 'sha256:XYZ' }],
    ['outputBytes', { outputBytes: 1.5 }],
    ['risk', { risk: Number.NaN }],
    ['phase', { phase: 'other' as 'boot' }],
    ['policies', { policies: 'p' as unknown as string[] }],
    ['phase', { phase: 'key' as 'boot' }],
    ['approver', { approver: 'eve' }],
    ['outcome', { phase: 'auth' as const }],
    ['policyVersion', { phase: 'policy' as const }],
  ])('refuses a statement with a malformed %s and goes on', async (field, change) => {
    const log = await openLog({ directory: await temporaryDirectory() });

    await expect(log.append(statement(change))).rejects.toMatchObject({
      code: 'AUDIT_STATEMENT',
      message: expect.stringContaining(field),
    });
    expect(await log.append(statement())).toMatchObject({ index: 0 });
  });

  test('refuses an entry that is too long to be read back', async () => {
    const log = await openLog({ directory: await temporaryDirectory() });
    const subject = 'x'.repeat(1_000_000);

    await expect(log.append(statement({ subject }))).rejects.toMatchObject({
      code: 'AUDIT_STATEMENT',
    });
    expect(log.available).toBe(true);
  });

  test('keeps its directory and files to their owner', async () => {
    const directory = await temporaryDirectory();
    await chmod(directory, 0o755);
    const log = await openLog({ directory });
    await log.append(statement());
    await log.close();

    const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
    expect(await modeOf(directory)).toBe('700');
    for (const name of ['key.pem', 'log.jsonl', 'checkpoint']) {
      expect(await modeOf(join(directory, name))).toBe('600');
    }
  });

  test('refuses a key file that others may read', async () => {
    const directory = await temporaryDirectory();
    await (await openAuditLog({ directory })).close();
    await chmod(join(directory, 'key.pem'), 0o640);

    await expect(openAuditLog({ directory })).rejects.toMatchObject({ code: 'AUDIT_KEY' });
  });

  test('publishes its key as a JWK named by the hash of its SPKI form', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const directory = await temporaryDirectory();
    const log = await openLog({ directory, key: privateKey });

    expect(log.publicJwks).toEqual({
      keys: [
        {
          kty: 'OKP',
          crv: 'Ed25519',
          x: publicKey.export({ format: 'jwk' }).x,
          kid: keyIdOf(publicKey),
          alg: 'EdDSA',
          use: 'sig',
          ide_first: 0,
        },
      ],
    });
    expect(await readdir(directory)).not.toContain('key.pem');
  });

  test('refuses a key of another kind, and an origin that a signed note cannot carry', async () => {
    const directory = await temporaryDirectory();
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

    await expect(openAuditLog({ directory, key: privateKey })).rejects.toMatchObject({
      code: 'AUDIT_KEY',
    });
    for (const bad of ['', 'two words', 'a+b', 'line\nbreak']) {
      await expect(openAuditLog({ directory, origin: bad })).rejects.toMatchObject({
        code: 'AUDIT_ORIGIN',
      });
    }
  });

  test('names the cause when its directory cannot be made', async () => {
    const file = join(await temporaryDirectory(), 'file');
    await writeFile(file, '');

    await expect(openAuditLog({ directory: join(file, 'log') })).rejects.toMatchObject({
      code: 'AUDIT_OPEN',
      cause: expect.objectContaining({ code: 'ENOTDIR' }),
    });
  });

  test('writes what is waiting and a last checkpoint when it is closed, and takes no more', async () => {
    const directory = await temporaryDirectory();
    const log = await openLog({ directory });
    const waiting = log.append(statement());

    const closing = log.close();
    await expect(log.append(statement())).rejects.toMatchObject({ code: 'audit_unavailable' });
    const { id } = await waiting;
    await Promise.all([closing, log.close()]);

    expect(log.available).toBe(false);
    expect(log.checkpoint().split('\n')[1]).toBe('1');
    expect(await readFile(join(directory, 'checkpoint'), 'utf8')).toBe(log.checkpoint());
    await expect(log.prove(id)).rejects.toMatchObject({ code: 'audit_unavailable' });
  });

  test('is closed at the end of its scope', async () => {
    const directory = await temporaryDirectory();
    let log: AuditLog;
    {
      await using scoped = await openAuditLog({ directory });
      log = scoped;
      await scoped.append(statement());
    }
    expect(log.available).toBe(false);
    await (await openAuditLog({ directory })).close();
  });

  test('becomes unavailable when its file is replaced under it', async () => {
    const directory = await temporaryDirectory();
    const onError = vi.fn();
    const log = await openLog({ directory, onError });
    const { id } = await log.append(statement());
    const path = join(directory, 'log.jsonl');
    await rename(path, `${path}.away`);
    await writeFile(path, '');

    await expect(log.prove(id)).rejects.toMatchObject({ code: 'audit_unavailable' });

    expect(log.available).toBe(false);
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ finding: 'REPLACED' }),
    );
  });

  test('never hands out an entry that was changed in its file', async () => {
    const directory = await temporaryDirectory();
    const onError = vi.fn();
    const log = await openLog({ directory, onError });
    const { id } = await log.append(statement());
    const path = join(directory, 'log.jsonl');
    const bytes = await readFile(path);
    bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
    await writeFile(path, bytes);

    await expect(log.prove(id)).rejects.toMatchObject({ code: 'audit_unavailable' });
    await expect(log.append(statement())).rejects.toMatchObject({ code: 'audit_unavailable' });
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ finding: 'REPLACED', index: 0 }),
    );
  });
});
