import { describe, expect, it } from 'vitest';
import { verifyEntry } from '../../src/verify/index.ts';
import { describeStolenKeys } from './stolen-keys.ts';
import { createKey, publicJwk, signedLine, statement, TestLog } from './test-log.ts';
import { MemoryStorage, serverOf, verifierOf } from './verifier-of.ts';

/** When a new key of a log is trusted; run in Node and in a page. */
export function describeNewKeys(): void {
  async function pinned() {
    const log = await TestLog.create(3);
    const server = serverOf(log);
    const storage = new MemoryStorage();
    const verifier = verifierOf(server, { storage });
    await verifier.verify(log.ids[1]!);
    return { log, server, storage, verifier };
  }

  it('is accepted when the one before handed over, again and again, and remembered', async () => {
    const { log, server, storage, verifier } = await pinned();
    const old = log.key;
    await log.rotate();
    await log.grow(2);
    await log.rotate();
    await log.grow(1);
    await expect(verifier.verify(log.ids.at(-1)!)).resolves.toMatchObject({
      ...{ ok: true, keyId: log.key.id, consistentWith: 3, firstUse: false },
    });
    const later = verifierOf(server, { storage, fetchKeys: undefined });
    await expect(later.verify(log.ids.at(-1)!)).resolves.toMatchObject({ keyId: log.key.id });
    await expect(later.verify(log.ids[1]!)).resolves.toMatchObject({ keyId: old.id });
  });

  it('is accepted from a configured one, without its help at the next visit', async () => {
    const log = await TestLog.create(3);
    const { keys } = log;
    const storage = new MemoryStorage();
    await log.rotate();
    await log.grow(1);
    const server = serverOf(log);
    await expect(verifierOf(server, { keys, storage }).verify(log.ids[4]!)).resolves.toMatchObject({
      ok: true,
      keyId: log.key.id,
    });
    await expect(
      verifierOf(server, { keys, storage, fetchKeys: undefined }).verify(log.ids[4]!),
    ).resolves.toMatchObject({ ok: true });
  });

  it('is refused with an entry that somebody else signed, or that names another key', async () => {
    const { log, verifier } = await pinned();
    const stranger = await createKey();
    const index = log.lines.length;
    const names = { phase: 'key', key: { keyid: stranger.id } };
    const lines = [
      await signedLine(statement({ id: 'v', seq: index, ...names }), stranger),
      await signedLine(
        statement({
          id: 'v',
          seq: index,
          phase: 'key',
          key: { keyid: log.key.id },
        }),
        log.key,
      ),
      await signedLine(statement({ id: 'v', seq: index, key: { keyid: stranger.id } }), log.key),
      'null',
    ];
    log.key = stranger;
    await log.grow(2);
    for (const line of lines) {
      log.jwks[1] = { ...publicJwk(stranger), ide_rotation: { index, line } };
      await expect(verifier.verify(log.ids.at(-1)!)).resolves.toMatchObject({
        code: 'UNKNOWN_KEY',
      });
    }
  });

  it('is refused also at the first use, where nothing handed over to it', async () => {
    const log = await TestLog.create(3);
    const thief = await createKey();
    const rotation = { index: 2, line: log.lines[2]! };
    log.jwks.push({ ...publicJwk(thief), ide_rotation: rotation });
    const entry = await log.append({}, thief);
    await expect(verifierOf(serverOf(log)).verify(entry)).resolves.toMatchObject({
      code: 'UNKNOWN_KEY',
    });
  });

  it('is good until it hands over itself, whatever the server says of its end', async () => {
    const { log, verifier } = await pinned();
    await log.rotate();
    await log.grow(1);
    log.jwks[1] = { ...log.jwks[1], ide_last: 3 };
    await expect(verifier.verify(log.ids.at(-1)!)).resolves.toMatchObject({ ok: true });
  });

  it('is refused from a key that has handed over before', async () => {
    const { log, verifier } = await pinned();
    const retired = log.key;
    await log.rotate();
    await log.grow(1);
    await verifier.verify(log.ids.at(-1)!);
    const thief = await createKey();
    for (const seq of [1, log.lines.length]) {
      const names = { id: 'v', seq, phase: 'key', key: { keyid: thief.id } };
      const line = await signedLine(statement(names), retired);
      log.jwks[2] = { ...publicJwk(thief), ide_rotation: { index: seq, line } };
      const entry = await log.append({}, thief);
      await expect(verifier.verify(entry)).resolves.toMatchObject({ code: 'UNKNOWN_KEY' });
    }
  });

  describe('of whoever has a retired one', () => {
    describeStolenKeys();
  });

  it('is accepted from a configured one that is retired, where that has its end', async () => {
    const log = await TestLog.create(3);
    await log.rotate();
    await log.grow(1);
    const [key] = log.jwks;
    const server = serverOf(log);
    const verify = (end: number) =>
      verifierOf(server, { keys: { keys: [{ ...key, ide_last: end }] } }).verify(log.ids[4]!);
    await expect(verify(3)).resolves.toMatchObject({ ok: true, keyId: log.key.id });
    for (const end of [2, 4]) {
      await expect(verify(end)).resolves.toMatchObject({ code: 'UNKNOWN_KEY' });
    }
  });

  it('tells how long the log is: its old states show nothing any more', async () => {
    const log = await TestLog.create(3);
    const retired = log.key;
    const before = await log.fork(3);
    await log.rotate();
    await log.grow(1);
    const { keys } = log;
    const server = serverOf(await before.fork(2));
    server.log.key = retired;
    const forged = await server.log.append({ actor: { sub: 'eve' } });
    await expect(verifierOf(server, { keys }).verify(forged)).resolves.toMatchObject({
      code: 'ROLLBACK',
    });
    const entry = await before.entry(before.ids[1]!);
    server.log = log;
    server.bend = () => entry;
    await expect(verifierOf(server, { keys }).verify(log.ids[1]!)).resolves.toMatchObject({
      code: 'ROLLBACK',
    });
    // By itself an answer that somebody kept stays good, as it was.
    await expect(verifyEntry({ id: log.ids[1]!, entry, keys })).resolves.toMatchObject({
      ok: true,
    });
    server.bend = () => log.entry(log.ids[1]!, { size: 4 });
    await expect(verifierOf(server, { keys }).verify(log.ids[1]!)).resolves.toMatchObject({
      ok: true,
      treeSize: 4,
    });
  });

  it('ends the time of the old one, for entries and for checkpoints', async () => {
    const { log, server, verifier } = await pinned();
    const retired = log.key;
    await log.rotate();
    await log.grow(1);
    await verifier.verify(log.ids.at(-1)!);
    const late = await log.append({}, retired);
    await expect(verifier.verify(late)).resolves.toMatchObject({ code: 'UNKNOWN_KEY' });
    server.bend = () => log.entry(log.ids[1]!, { since: 5, key: retired });
    await expect(verifier.verify(log.ids[1]!)).resolves.toMatchObject({ code: 'UNKNOWN_KEY' });
  });
}
