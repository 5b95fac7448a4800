import { execFile } from 'node:child_process';
import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { runAudit } from '../../src/cli/audit/audit.ts';
import {
  leafHash,
  openAuditLog,
  readCheckpoint,
  verifyConsistency,
  verifyEnvelope,
  verifyInclusion,
  type ConsistencyProof,
  type EntryProof,
} from '../../src/verification/index.ts';
import {
  publicKeyOf,
  readLogLines,
  statement,
  temporaryDirectory,
  writeLog,
} from '../verification/fixtures.ts';
import { forge, rechain } from '../verification/scene.ts';

const origin = 'ide-assistant/local';

/** Runs the command as a shell would. */
async function audit(...args: string[]) {
  const written = { out: '', err: '' };
  const code = await runAudit(args, {
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
  });
  return { code, ...written };
}

/** A closed log of five entries, whose key was changed after the third. */
async function closedLog() {
  const directory = await temporaryDirectory();
  const log = await openAuditLog({ directory });
  const ids: string[] = [];
  for (let place = 0; place < 3; place += 1) ids.push((await log.append(statement())).id);
  const anchor = (await log.consistency(2)).checkpoint;
  const firstKey = publicKeyOf(log);
  await log.rotateKey();
  ids.push((await log.append(statement())).id);
  const jwks = log.publicJwks;
  await log.close();
  const aside = await temporaryDirectory();
  const [anchorFile, keysFile] = [join(aside, 'anchor'), join(aside, 'jwks.json')];
  await writeFile(anchorFile, anchor);
  await writeFile(keysFile, JSON.stringify(jwks));
  return { directory, ids, anchor, anchorFile, keysFile, firstKey };
}

describe('audit verify', () => {
  test('answers 0 and says how much it has seen', async () => {
    const { directory, anchorFile, keysFile } = await closedLog();

    const checked = await audit('verify', directory, '--keys', keysFile, '--anchor', anchorFile);

    expect(checked).toMatchObject({ code: 0, err: '' });
    expect(checked.out).toMatch(/^clean: 5 entries, 2 keys, root [0-9a-f]{64}\n$/);
  });

  test('says when it could only go by what lies beside the log', async () => {
    const { directory } = await closedLog();

    const checked = await audit('verify', directory);

    expect(checked.code).toBe(0);
    expect(checked.err).toContain('--keys');
    expect(checked.err).toContain('--anchor');
  });

  test('answers 1 and names what was done, with the line', async () => {
    const { directory, keysFile } = await closedLog();
    const lines = await readLogLines(directory);
    await writeFile(join(directory, 'log.jsonl'), `${lines.toSpliced(1, 1).join('\n')}\n`);

    const checked = await audit('verify', directory, '--keys', keysFile);

    expect(checked.code).toBe(1);
    expect(checked.out).toContain('error MISSING: line 2: entry 1 is missing.');
    expect(checked.out).toContain('TAMPERED');
    const { code, out } = await audit('verify', directory, '--keys', keysFile, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ ok: false, findings: [{ code: 'MISSING', index: 1 }] });
  });

  test('answers 1 when the log was set back behind one of several anchors', async () => {
    const { directory, anchor, anchorFile } = await closedLog();
    const newest = join(await temporaryDirectory(), 'newest');
    await writeFile(newest, await readFile(join(directory, 'checkpoint')));
    const lines = await readLogLines(directory);
    await writeFile(join(directory, 'log.jsonl'), `${lines.slice(0, 3).join('\n')}\n`);
    await writeFile(join(directory, 'checkpoint'), anchor);

    const checked = await audit('verify', directory, '--anchor', anchorFile, '--anchor', newest);
    expect(checked.code).toBe(1);
    expect(checked.out).toContain('ROLLBACK');

    // The keys beside the log tell of a later change of key, unless they are set back too.
    expect((await audit('verify', directory)).out).toContain('ROLLBACK');
    const jwks = join(directory, 'jwks.json');
    const { keys } = JSON.parse(await readFile(jwks, 'utf8')) as { keys: JsonWebKey[] };
    const older = keys.slice(0, 1).map(({ ide_last: _, ...jwk }) => jwk);
    await writeFile(jwks, JSON.stringify({ keys: older }));
    expect((await audit('verify', directory)).code).toBe(0);
  });

  test('answers 1 when --from would pass over entries that nobody signed', async () => {
    const { directory, keysFile } = await closedLog();
    const lines = await readLogLines(directory);
    const forged = rechain(lines.with(4, forge(lines[4] ?? '')), 4);
    await writeFile(join(directory, 'log.jsonl'), forged.map((line) => `${line}\n`).join(''));

    const checked = await audit('verify', directory, '--keys', keysFile, '--from', '5');

    expect(checked.code).toBe(1);
    expect(checked.out).toContain('error SIGNATURE: line 5:');
  });

  test('answers 3 when there is only an unfinished line, or an action without an end', async () => {
    const { directory } = await closedLog();
    await appendFile(join(directory, 'log.jsonl'), '{"payloadType');
    const torn = await audit('verify', directory);
    expect(torn.code).toBe(3);
    expect(torn.out).toContain('warning UNCOMMITTED_TAIL');

    const other = await temporaryDirectory();
    const log = await openAuditLog({ directory: other });
    await log.append(statement({ phase: 'intent' }));
    await log.close();
    const open = await audit('verify', other);
    expect(open.code).toBe(3);
    expect(open.out).toContain('OPEN_INTENT');
  });
});

describe('audit prove', () => {
  test('prints a proof that a holder of the first key can check, by id or by index', async () => {
    const { directory, ids, firstKey } = await closedLog();

    const byId = await audit('prove', directory, ids[1] ?? '');
    const byIndex = await audit('prove', directory, '1');

    expect(byId).toMatchObject({ code: 0, out: byIndex.out });
    const proof = JSON.parse(byId.out) as EntryProof;
    expect(verifyEnvelope(proof.line, firstKey).id).toBe(ids[1]);
    expect(proof.envelope).toEqual(JSON.parse(proof.line));
    const { checkpoint, keys } = await publishedBy(directory);
    expect(proof.checkpoint).toBe(checkpoint);
    const { size, root } = readCheckpoint(proof.checkpoint, { origin, publicKeys: keys });
    const claim = {
      leaf: leafHash(Buffer.from(proof.line)),
      index: proof.index,
      size,
      root,
      proof: proof.proof.hashes.map((text) => Buffer.from(text, 'hex')),
    };
    expect(verifyInclusion(claim)).toBe(true);
  });

  test('knows nothing of other entries, and proves nothing of a changed log', async () => {
    const { directory, ids } = await closedLog();
    for (const name of [
      '9',
      (ids[1] ?? '').replace(/.$/, (digit) => (digit === '0' ? '1' : '0')),
    ]) {
      expect(await audit('prove', directory, name)).toMatchObject({
        code: 2,
        err: expect.stringContaining(name),
      });
    }

    const lines = await readLogLines(directory);
    await writeFile(join(directory, 'log.jsonl'), `${lines.slice(1).join('\n')}\n`);
    expect((await audit('prove', directory, '1')).code).toBe(1);
  });

  test('cannot prove an entry that no checkpoint covers yet', async () => {
    const { directory, anchor } = await closedLog();
    await writeFile(join(directory, 'checkpoint'), anchor);

    const { code, err } = await audit('prove', directory, '4');

    expect(code).toBe(2);
    expect(err).toContain('newer than the checkpoint');
  });
});

describe('audit consistency', () => {
  test('prints a proof from one size to the newest or another', async () => {
    const { directory, anchor } = await closedLog();
    const { checkpoint, keys } = await publishedBy(directory);
    const trust = { origin, publicKeys: keys };
    const [old, newest] = [readCheckpoint(anchor, trust), readCheckpoint(checkpoint, trust)];

    const { code, out } = await audit('consistency', directory, String(old.size));

    expect(code).toBe(0);
    const proof = JSON.parse(out) as ConsistencyProof;
    expect(proof).toMatchObject({ old_size: old.size, tree_size: 5, checkpoint });
    const claim = {
      oldSize: old.size,
      oldRoot: old.root,
      size: newest.size,
      root: newest.root,
      proof: proof.hashes.map((text) => Buffer.from(text, 'hex')),
    };
    expect(verifyConsistency(claim)).toBe(true);
    const between = await audit('consistency', directory, '1', '2');
    expect(JSON.parse(between.out)).toMatchObject({ old_size: 1, tree_size: 2 });
    expect(JSON.parse(between.out)).not.toHaveProperty('checkpoint');
    expect((await audit('consistency', directory, '1', '6')).code).toBe(2);
  });
});

describe('audit export', () => {
  test('prints the exact lines of a range', async () => {
    const { directory } = await closedLog();
    const lines = await readLogLines(directory);

    expect((await audit('export', directory)).out).toBe(`${lines.join('\n')}\n`);
    expect(await audit('export', directory, '--from', '1', '--to', '2')).toEqual({
      code: 0,
      out: `${lines.slice(1, 3).join('\n')}\n`,
      err: '',
    });
  });

  test('makes no JWS, and the help says why', async () => {
    const { directory } = await closedLog();

    expect((await audit('export', directory, '--jws')).code).toBe(2);
    expect((await audit('--help')).out).toContain('A JWS of an entry would need the private');
  });
});

describe('audit', () => {
  test.each([
    [],
    ['shred'],
    ['verify'],
    ['verify', '--loud'],
    ['verify', 'a', 'b'],
    ['verify', 'a', '--from', 'x'],
    ['prove', 'a'],
    ['consistency', 'a'],
    ['export', 'a', '--from', '3', '--to', '2'],
  ])('answers 2 with its help to what it cannot understand: %s %s', async (...args) => {
    const { code, out, err } = await audit(...args.filter((arg) => arg !== undefined));

    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain('Usage:');
  });

  test('answers 2 to files that are not there', async () => {
    const directory = join(await temporaryDirectory(), 'none');
    for (const args of [['verify'], ['prove', '1'], ['consistency', '1'], ['export']]) {
      const [name = '', ...rest] = args;
      const { code, err } = await audit(name, directory, ...rest);
      expect(code).toBe(2);
      expect(err).not.toContain('Usage:');
      expect(err).not.toBe('');
    }
  });

  test('needs no private key and no right to write', async () => {
    const directory = await temporaryDirectory();
    await writeLog(directory, 3);
    await rm(join(directory, 'key.pem'));
    await promisify(execFile)('chmod', ['-R', 'a-w', directory]);

    const codes = [];
    for (const args of [['verify'], ['prove', '1'], ['consistency', '1'], ['export']]) {
      const [name = '', ...rest] = args;
      codes.push((await audit(name, directory, ...rest)).code);
    }
    expect(codes).toEqual([0, 0, 0, 0]);
  });
});

async function publishedBy(directory: string) {
  const log = await openAuditLog({ directory });
  const published = {
    checkpoint: log.checkpoint(),
    keys: log.publicJwks.keys.map((key) => createPublicKey({ key, format: 'jwk' })),
  };
  await log.close();
  return published;
}
