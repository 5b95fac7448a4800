import { execFile } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { appendFile, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { openAuditLog, verifyLog } from '../../src/verification/index.ts';
import {
  openLog,
  publicKeyOf,
  readLogLines,
  statement,
  temporaryDirectory,
  writeLog,
} from './fixtures.ts';
import {
  bareJwkOf,
  changeAt,
  count,
  forge,
  forgedCheckpoint,
  lineAt,
  rechain,
  rewriteFrom,
  useScenes,
  writeLines,
} from './scene.ts';

const run = promisify(execFile);
const sceneOf = useScenes();

async function publishedBy(directory: string): Promise<{ keys: JsonWebKey[] }> {
  const text = await readFile(join(directory, 'jwks.json'), 'utf8');
  return JSON.parse(text) as { keys: JsonWebKey[] };
}

/** A closed log with two changes of key, and its JWKS as it was saved before each and after. */
async function twiceChangedLog() {
  const directory = await temporaryDirectory();
  const log = await openAuditLog({ directory });
  const saved = [log.publicJwks];
  for (let place = 0; place < 2; place += 1) {
    await log.append(statement());
    await log.rotateKey();
    await log.append(statement());
    saved.push(log.publicJwks);
  }
  await log.close();
  return { directory, saved, keys: log.publicJwks };
}

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

  test('may have saved the keys before later changes', async () => {
    const { directory, saved, keys } = await twiceChangedLog();

    for (const jwks of saved) {
      expect(await verifyLog({ directory, keys: jwks })).toMatchObject({
        ok: true,
        findings: [],
        keys,
      });
    }
  });

  test('may give keys by hand that do not say which entries they sign', async () => {
    const { directory, keys } = await twiceChangedLog();
    const bare = keys.keys.map(bareJwkOf);

    for (const given of [bare, bare.slice(0, 2), bare.slice(0, 1)]) {
      const verdict = await verifyLog({ directory, keys: { keys: given } });
      expect(verdict).toMatchObject({ ok: true, findings: [], keys });
    }
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
    const { directory, lines, jwks: keys } = await sceneOf('plain');
    await writeLines(directory, [
      ...lines,
      ...Array.from({ length: 1_200 }, () => lineAt(lines, 2)),
    ]);

    const { findings, omitted } = await verifyLog({ directory, keys });

    expect(findings).toHaveLength(1_000);
    expect(findings.length + omitted).toBe(1_200);
  });

  test('is told of a run of lines that are no entries once, with its first and last line', async () => {
    const { directory, lines, jwks: keys } = await sceneOf('plain');
    await writeLines(
      directory,
      lines.toSpliced(4, 0, ...Array.from({ length: 5_000 }, () => '{}')),
    );

    const { findings, size } = await verifyLog({ directory, keys });

    expect(size).toBe(count);
    expect(findings).toMatchObject([
      { code: 'PARSE', index: 4, line: 5, message: expect.stringContaining('lines 5 to 5004') },
    ]);
  });

  test('keeps no more than a bounded number of places for a log that is all empty lines', async () => {
    const { directory, jwks: keys } = await sceneOf('plain');
    await appendFile(join(directory, 'log.jsonl'), Buffer.alloc(2_000_000, 10));

    const { findings, size, omitted } = await verifyLog({ directory, keys });

    expect(findings).toMatchObject([{ code: 'PARSE', index: count, line: count + 1 }]);
    expect(omitted).toBe(0);
    expect(size).toBeLessThan(10_000);
  });

  test('may leave signatures out that he has checked before, but not order and root', async () => {
    const { directory, lines, jwks: keys } = await sceneOf('rotated');
    const from = changeAt + 2;
    expect(await verifyLog({ directory, keys, from })).toMatchObject({ ok: true, findings: [] });

    // What is found has all signatures looked at, so that it has its own name.
    for (const place of [1, 7]) {
      await writeLines(directory, lines.with(place, forge(lineAt(lines, place))));
      expect((await verifyLog({ directory, keys, from })).findings).toMatchObject([
        { code: 'SIGNATURE', index: place },
      ]);
    }
  });

  test.each(['plain', 'rotated'] as const)(
    'leaves no signature out that the checkpoint of a %s log does not cover',
    async (kind) => {
      const { directory, lines, jwks: keys, anchors } = await sceneOf(kind);
      // Chained as it should be, but signed by nobody.
      await writeLines(directory, rechain(lines.with(6, forge(lineAt(lines, 6))), 6));
      for (const checkpoint of [anchors.old, anchors.middle]) {
        await writeFile(join(directory, 'checkpoint'), checkpoint);
        for (const from of [6, 7, count, 1_000]) {
          const { ok, findings } = await verifyLog({ directory, keys, from });
          expect(ok).toBe(false);
          expect(findings[0]).toMatchObject({ code: 'SIGNATURE', index: 6 });
        }
      }
    },
  );

  test('leaves no signature out when the checkpoint is not the log’s', async () => {
    const { directory, lines, jwks: keys } = await sceneOf('plain');
    const stranger = generateKeyPairSync('ed25519').privateKey;
    const forged = rewriteFrom(lines, 3, { key: stranger });
    await writeLines(directory, forged);
    for (const checkpoint of [forgedCheckpoint(forged, stranger), undefined]) {
      if (checkpoint) await writeFile(join(directory, 'checkpoint'), checkpoint);
      else await rm(join(directory, 'checkpoint'));

      const { findings } = await verifyLog({ directory, keys, from: count });

      expect(findings[0]).toMatchObject({ code: 'SIGNATURE', index: 3 });
    }
  });

  test('learns what was done to entries that were both moved and deleted', async () => {
    const directory = await temporaryDirectory();
    await writeLog(directory, 120);
    const lines = await readLogLines(directory);
    const keys = await publishedBy(directory);
    const found = async (changed: string[]) => {
      await writeLines(directory, changed);
      const { findings } = await verifyLog({ directory, keys });
      return findings.map(({ code, index, line }) => [code, index, line]);
    };
    const third = lineAt(lines, 3);
    const gap = lines.toSpliced(3, 2);

    // Far behind its place: beyond the lines that are looked at together.
    expect(await found(gap.toSpliced(100, 0, third, third))).toEqual([
      ['MISSING', 4, 4],
      ['ORDER', 3, 101],
      ['DUPLICATE', 3, 102],
    ]);
    expect(await found(lines.toSpliced(3, 3).toSpliced(100, 0, lineAt(lines, 4)))).toEqual([
      ['MISSING', 3, 4],
      ['ORDER', 4, 101],
    ]);
    expect(await found(gap.toSpliced(7, 0, third))).toEqual([
      ['MISSING', 4, 4],
      ['ORDER', 3, 8],
    ]);
    expect(await found(gap.toSpliced(7, 0, third, third))).toEqual([
      ['MISSING', 4, 4],
      ['ORDER', 3, 8],
      ['DUPLICATE', 3, 9],
    ]);
    // At the end nothing follows that fills the gaps.
    const end = gap.slice(0, 12);
    const cut = ['TRUNCATED', 14, undefined];
    expect(await found([...end, third, third])).toEqual([
      ['MISSING', 4, 4],
      ['ORDER', 3, 13],
      ['DUPLICATE', 3, 14],
      cut,
    ]);
    expect(await found([...gap.slice(0, 3), lineAt(lines, 13), third, lineAt(lines, 11)])).toEqual([
      ['MISSING', 12, 4],
      ['ORDER', 13, 4],
      ['MISSING', 4, 6],
      cut,
    ]);
    expect(await found(gap.toSpliced(4, 0, third))).toEqual([
      ['ORDER', 5, 4],
      ['MISSING', 4, 6],
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

  test('is not alarmed by more warnings than are kept', async () => {
    const directory = await temporaryDirectory();
    const log = await openAuditLog({ directory });
    const intents = Array.from({ length: 1_050 }, () => log.append(statement({ phase: 'intent' })));
    await Promise.all(intents);
    await log.close();

    const verdict = await verifyLog({ directory, keys: log.publicJwks });

    expect(verdict).toMatchObject({ ok: true, omitted: 50 });
    expect(verdict.findings).toHaveLength(1_000);
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
    const { keys: jwks } = await publishedBy(directory);
    for (const unfit of [
      { keys: [] },
      { keys: [{ kty: 'OKP', crv: 'Ed25519' }] },
      { keys: jwks.map((jwk) => ({ ...jwk, ide_first: '0' })) },
      { keys: jwks.map((jwk) => ({ ...jwk, ide_last: 3.5 })) },
      { keys: jwks.map((jwk) => ({ ...jwk, ide_first: 4, ide_last: 3 })) },
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
