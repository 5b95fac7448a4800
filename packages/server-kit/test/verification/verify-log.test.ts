import { execFile } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { appendFile, copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { openAuditLog, verifyLog } from '../../src/verification/index.ts';
import { openLog, publicKeyOf, statement, temporaryDirectory, writeLog } from './fixtures.ts';
import { changeAt, count, forge, lineAt, useScenes, writeLines } from './scene.ts';

const run = promisify(execFile);
const sceneOf = useScenes();

describe('a stranger with the public keys', () => {
  test('verifies a log of which he has the lines and the checkpoint alone', async () => {
    const { directory, jwks: keys, anchors } = await sceneOf('rotated');
    const elsewhere = join(await temporaryDirectory(), 'lines');
    await copyFile(join(directory, 'log.jsonl'), elsewhere);
    const checkpoint = await readFile(join(directory, 'checkpoint'), 'utf8');

    const verdict = await verifyLog({ log: elsewhere, checkpoint, keys });

    const root = Buffer.from(anchors.newest.split('\n')[2] ?? '', 'base64').toString('hex');
    expect(verdict).toEqual({ ok: true, size: count, root, findings: [], omitted: 0, keys });
  });

  test('needs the first key only: the log leads to the later ones', async () => {
    const { directory, jwks } = await sceneOf('rotated');
    const [first] = jwks.keys;
    if (!first) throw new Error('The scene has no key.');

    const keys = createPublicKey({ key: first, format: 'jwk' });
    expect(await verifyLog({ directory, keys })).toMatchObject({ ok: true, keys: jwks });
  });

  test('takes no key for the log’s that he was not given', async () => {
    const { directory } = await sceneOf('plain');
    const keys = generateKeyPairSync('ed25519').publicKey;

    const { ok, findings } = await verifyLog({ directory, keys });

    expect(ok).toBe(false);
    expect(findings.map(({ code, index }) => [code, index])).toEqual([
      ...Array.from({ length: count }, (_, index) => ['FOREIGN_KEY', index]),
      ['FOREIGN_KEY', undefined],
    ]);
  });

  test('finds several things in one pass, each with its line', async () => {
    const { directory, lines, jwks: keys } = await sceneOf('plain');
    const doubled = lines.with(1, forge(lineAt(lines, 1))).toSpliced(4, 1);
    await writeLines(directory, [...doubled, lineAt(lines, 8)]);

    const { findings } = await verifyLog({ directory, keys });

    expect(findings.map(({ code, index, line }) => [code, index, line])).toEqual([
      ['SIGNATURE', 1, 2],
      ['MISSING', 4, 5],
      ['DUPLICATE', 8, 9],
    ]);
  });

  test('keeps a thousand findings at most, and counts the others', async () => {
    const { directory, jwks: keys } = await sceneOf('plain');
    await appendFile(join(directory, 'log.jsonl'), '{}\n'.repeat(1_200));

    const { findings, omitted } = await verifyLog({ directory, keys });

    expect(findings).toHaveLength(1_000);
    expect(findings.length + omitted).toBe(1_200);
  });

  test('may leave signatures out that he has checked before, but not order and root', async () => {
    const { directory, lines, jwks: keys } = await sceneOf('rotated');
    const from = changeAt + 2;
    expect(await verifyLog({ directory, keys, from })).toMatchObject({ ok: true, findings: [] });

    await writeLines(directory, lines.with(1, forge(lineAt(lines, 1))));
    expect((await verifyLog({ directory, keys, from })).findings).toMatchObject([
      { code: 'CHAIN', index: 2 },
    ]);
    await writeLines(directory, lines.with(7, forge(lineAt(lines, 7))));
    expect((await verifyLog({ directory, keys, from })).findings).toMatchObject([
      { code: 'SIGNATURE', index: 7 },
    ]);
  });

  test('is told of an action without an end in a log that is closed', async () => {
    const directory = await temporaryDirectory();
    const log = await openAuditLog({ directory });
    await log.append(statement());
    await log.append(statement({ phase: 'intent', action: 'ide_code_execute' }));
    await log.close();

    expect(await verifyLog({ directory, keys: log.publicJwks })).toMatchObject({
      ok: true,
      findings: [{ code: 'OPEN_INTENT', level: 'warning', index: 1 }],
    });
  });

  test('is not disturbed by a server that writes to the log', async () => {
    const directory = await temporaryDirectory();
    const log = await openLog({ directory });
    await log.append(statement({ phase: 'intent' }));
    const appends = Array.from({ length: 400 }, () => log.append(statement()));
    await appends[10];

    const during = await verifyLog({ directory, keys: publicKeyOf(log) });

    expect(during.findings.filter(({ code }) => code !== 'UNCOMMITTED_TAIL')).toEqual([]);
    await Promise.all(appends);
    expect(await log.append(statement())).toMatchObject({ index: 401 });
  });

  test('learns when there is no log, and when a key is unfit', async () => {
    const directory = await temporaryDirectory();
    const keys = generateKeyPairSync('ed25519').publicKey;
    await mkdir(join(directory, 'empty'));
    await expect(verifyLog({ directory: join(directory, 'empty'), keys })).rejects.toMatchObject({
      code: 'AUDIT_OPEN',
    });

    await writeLog(directory, 1);
    for (const unfit of [
      { keys: [] },
      { keys: [{ kty: 'OKP', crv: 'Ed25519' }] },
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey,
    ]) {
      await expect(verifyLog({ directory, keys: unfit })).rejects.toMatchObject({
        code: 'AUDIT_KEY',
      });
    }
  });

  test('finds a log without its file truncated', async () => {
    const { directory, jwks: keys } = await sceneOf('plain');
    await rm(join(directory, 'log.jsonl'));

    expect((await verifyLog({ directory, keys })).findings).toMatchObject([
      { code: 'TRUNCATED', index: 0 },
    ]);
  });

  test('needs neither the private key nor the lock, nor the right to write', async () => {
    const { directory, jwks } = await sceneOf('plain');
    await rm(join(directory, 'key.pem'));
    await rm(join(directory, 'lock'));
    await run('chmod', ['-R', 'a-w', directory]);

    expect((await verifyLog({ directory, keys: jwks })).ok).toBe(true);
  });
});
