import { expect, it } from 'vitest';
import { createKey, publicJwk, signedLine, statement, TestLog } from './test-log.ts';
import { MemoryStorage, serverOf, verifierOf } from './verifier-of.ts';

/** What a key is good for after it handed over: not for a second time; run in Node and in a page. */
export function describeStolenKeys(): void {
  const thieves = [
    ['where it had done so', 3],
    ['before that', 1],
    ['after that', 7],
  ] as const;

  /** A log whose first key signed 0 to 3 and whose second signs from 4, and what a thief can make. */
  async function robbed(seq: number) {
    const log = await TestLog.create(3);
    const retired = log.key;
    const { keys: young } = log;
    await log.rotate();
    await log.grow(2);
    const { keys: genuine } = log;
    const genuineId = log.ids.at(-1)!;
    const thief = await createKey();
    const names = { id: 'v', seq, phase: 'key', key: { keyid: thief.id } };
    const line = await signedLine(statement(names), retired);
    const stolen = { ...publicJwk(thief), ide_rotation: { index: seq, line } };
    const server = serverOf(log);
    const storage = new MemoryStorage();
    /** The server is the thief's from here on: the log goes on under the stolen key. */
    const forge = async () => {
      const id = await log.append({ actor: { sub: 'eve' } }, thief);
      server.bend = async () => log.entry(id, { since: server.since.at(-1), key: thief });
      return id;
    };
    return { log, server, storage, young, genuine, genuineId, stolen, forge };
  }

  it.each(thieves)('is refused in a log that is known: it handed over %s', async (_when, seq) => {
    const { log, server, storage, genuineId, stolen, forge } = await robbed(seq);
    const verifier = verifierOf(server, { storage });
    await expect(verifier.verify(genuineId)).resolves.toMatchObject({ ok: true });
    log.jwks.push(stolen);
    const forged = await forge();
    await expect(verifier.verify(forged)).resolves.toMatchObject({ code: 'UNKNOWN_KEY' });
    log.jwks.reverse();
    await expect(verifier.verify(forged)).resolves.toMatchObject({ code: 'UNKNOWN_KEY' });
  });

  it.each(thieves)(
    'is refused beside configured keys in any order: it handed over %s',
    async (_when, seq) => {
      const { log, server, genuine, stolen, forge } = await robbed(seq);
      log.jwks.unshift(stolen);
      const forged = await forge();
      for (const keys of [genuine, { keys: genuine.keys.toReversed() }]) {
        await expect(verifierOf(server, { keys }).verify(forged)).resolves.toMatchObject({
          code: 'UNKNOWN_KEY',
        });
      }
    },
  );

  it.each(thieves)(
    'is refused in one answer with the genuine one: it handed over %s',
    async (_when, seq) => {
      const { log, server, young, genuineId, stolen, forge } = await robbed(seq);
      log.jwks.push(stolen, { ...stolen, ide_first: 0 });
      const options = { keys: young, storage: new MemoryStorage() };
      await expect(verifierOf(server, options).verify(genuineId)).resolves.toMatchObject({
        ok: true,
        keys: [{ ide_last: 3 }, { ide_first: 4 }],
      });
      const forged = await forge();
      await expect(verifierOf(server, options).verify(forged)).resolves.toMatchObject({
        code: 'UNKNOWN_KEY',
      });
      await expect(verifierOf(server, { keys: young }).verify(forged)).resolves.toMatchObject({
        code: 'UNKNOWN_KEY',
      });
    },
  );

  it('is refused also when it was believed and remembered', async () => {
    const { server, storage, genuine, genuineId, stolen, forge } = await robbed(3);
    const name = 'ide-assistant:verify:log';
    await verifierOf(server, { storage }).verify(genuineId);
    const seen = JSON.parse(storage.getItem(name)!) as object;
    storage.setItem(name, JSON.stringify({ ...seen, keys: [...genuine.keys, stolen] }));
    const forged = await forge();
    for (const keys of [undefined, genuine]) {
      await expect(verifierOf(server, { keys, storage }).verify(forged)).resolves.toMatchObject({
        code: 'UNKNOWN_KEY',
      });
    }
  });

  it('is refused where configured keys leave out the one between', async () => {
    const { log, server, genuine, genuineId, stolen, forge } = await robbed(3);
    await log.rotate();
    await log.grow(1);
    const keys = { keys: [log.jwks[0]!, log.jwks[2]!] };
    await expect(verifierOf(server, { keys }).verify(log.ids.at(-1)!)).resolves.toMatchObject({
      ok: true,
    });
    await expect(verifierOf(server, { keys }).verify(genuineId)).resolves.toMatchObject({
      code: 'UNKNOWN_KEY',
    });
    log.jwks.splice(1, 2, stolen, genuine.keys[1]!);
    const forged = await forge();
    await expect(verifierOf(server, { keys }).verify(forged)).resolves.toMatchObject({
      code: 'UNKNOWN_KEY',
    });
  });
}
