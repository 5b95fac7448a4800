import { afterEach, describe, expect, it, vi } from 'vitest';
import { describeDefaultStorage } from './default-storage.ts';
import { createKey, publicJwk, TestLog } from './test-log.ts';
import { MemoryStorage, serverOf, verifierOf } from './verifier-of.ts';

/** What a verifier remembers, and what follows from it; run in Node and in a page. */
export function describeMemory(): void {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('the first use takes the server’s keys and says so, the second holds the log to them', async () => {
    const server = serverOf(await TestLog.create(3));
    const verifier = verifierOf(server);
    const first = await verifier.verify(server.log.ids[1]!);
    await server.log.grow(4);
    const second = await verifier.verify(server.log.ids[5]!);
    expect(first).toMatchObject({ ok: true, firstUse: true, consistentWith: null, treeSize: 3 });
    expect(second).toMatchObject({ ok: true, firstUse: false, consistentWith: 3, treeSize: 7 });
    expect(server).toMatchObject({ since: [undefined, 3], keysAsked: 1 });
  });

  it('keys that are configured are taken from nobody else', async () => {
    const server = serverOf(await TestLog.create(3));
    const { keys } = server.log;
    const verifier = verifierOf(server, { keys, fetchKeys: undefined });
    await expect(verifier.verify(server.log.ids[1]!)).resolves.toMatchObject({
      ok: true,
      firstUse: false,
      consistentWith: null,
    });
    const other = verifierOf(server, { keys: { keys: [publicJwk(await createKey())] } });
    await expect(other.verify(server.log.ids[1]!)).resolves.toMatchObject({ code: 'UNKNOWN_KEY' });
  });

  it('what was seen outlives the page', async () => {
    const server = serverOf(await TestLog.create(3));
    const storage = new MemoryStorage();
    await verifierOf(server, { storage }).verify(server.log.ids[1]!);
    await server.log.grow(1);
    const later = await verifierOf(server, { storage }).verify(server.log.ids[1]!);
    expect(later).toMatchObject({ ok: true, firstUse: false, consistentWith: 3, treeSize: 4 });
    expect(server.keysAsked).toBe(1);
  });

  describe('of a log that it knows, it notices that', () => {
    async function known(size = 6) {
      const server = serverOf(await TestLog.create(size));
      const storage = new MemoryStorage();
      const verifier = verifierOf(server, { storage });
      const id = server.log.ids[1]!;
      await verifier.verify(id);
      const before = [...storage];
      // A check that fails must leave what is remembered as it was.
      const outcome = async () => {
        const result = await verifier.verify(id);
        expect([...storage]).toEqual(before);
        return result;
      };
      return { server, id, outcome };
    }

    it('the log was set back', async () => {
      const { server, outcome } = await known();
      server.log = await server.log.fork(5);
      await expect(outcome()).resolves.toMatchObject({ ok: false, code: 'ROLLBACK' });
    });

    it('another history of the same length is shown', async () => {
      const { server, outcome } = await known();
      server.log = await server.log.fork(5);
      await server.log.grow(1);
      await expect(outcome()).resolves.toMatchObject({ ok: false, code: 'FORK' });
    });

    it('a longer history does not contain the known one', async () => {
      const { server, outcome } = await known();
      server.log = await server.log.fork(5);
      await server.log.grow(9);
      await expect(outcome()).resolves.toMatchObject({ ok: false, code: 'FORK' });
    });

    it('a longer history comes without a proof, or with one of another size', async () => {
      const { server, outcome } = await known();
      await server.log.grow(9);
      server.bend = ({ consistency: _, ...entry }) => entry;
      await expect(outcome()).resolves.toMatchObject({ ok: false, code: 'FORK' });
      server.bend = (entry) =>
        server.log.entry(server.log.ids[1]!, { since: entry.consistency!.old_size - 1 });
      await expect(outcome()).resolves.toMatchObject({ ok: false, code: 'FORK' });
    });

    it('another log answers, signed by the same key', async () => {
      const { server, outcome } = await known();
      server.log.origin = 'other.example';
      await expect(outcome()).resolves.toMatchObject({ ok: false, code: 'ORIGIN' });
    });

    it('other keys are published', async () => {
      const { server, id, outcome } = await known();
      server.log = await TestLog.create(8);
      server.log.ids[1] = id;
      await expect(outcome()).resolves.toMatchObject({ ok: false, code: 'UNKNOWN_KEY' });
    });
  });

  it('forgets a log that was begun anew on purpose', async () => {
    const server = serverOf(await TestLog.create(6));
    const verifier = verifierOf(server);
    await verifier.verify(server.log.ids[1]!);
    server.log = await TestLog.create(2);
    await expect(verifier.verify(server.log.ids[1]!)).resolves.toMatchObject({ ok: false });
    await verifier.forget();
    await expect(verifier.verify(server.log.ids[1]!)).resolves.toMatchObject({ firstUse: true });
  });

  it('entries that are asked for at once are held one against the other', async () => {
    const server = serverOf(await TestLog.create(6));
    const fork = await server.log.fork(5);
    await fork.grow(4);
    const verifier = verifierOf(server);
    const id = server.log.ids[1]!;
    const first = verifier.verify(id);
    const second = verifier.verify(id);
    server.bend = (entry) => (server.since.length > 1 ? fork.entry(id, { since: 6 }) : entry);
    await expect(first).resolves.toMatchObject({ ok: true });
    await expect(second).resolves.toMatchObject({ code: 'FORK' });
  });

  it('what another tab saw meanwhile counts', async () => {
    const server = serverOf(await TestLog.create(6));
    const storage = new MemoryStorage();
    const here = verifierOf(server, { storage });
    const there = verifierOf(server, { storage });
    const id = server.log.ids[1]!;
    await here.verify(id);
    await server.log.grow(3);
    const short = await server.log.entry(id, { since: 6, size: 7 });
    server.bend = async () => {
      server.bend = (entry) => entry;
      await there.verify(id);
      return short;
    };
    await expect(here.verify(id)).resolves.toMatchObject({ ok: true, consistentWith: 9 });
    expect(server.since).toEqual([undefined, 6, 6, 9]);
  });

  it('a request that fails is no verdict, and does not stop the next', async () => {
    const server = serverOf(await TestLog.create(2));
    const verifier = verifierOf(server);
    server.bend = () => Promise.reject(new Error('cut'));
    await expect(verifier.verify(server.log.ids[1]!)).rejects.toThrow('cut');
    server.bend = (entry) => entry;
    await expect(verifier.verify(server.log.ids[1]!)).resolves.toMatchObject({ ok: true });
  });

  it('the keys stand beside the endpoint', async () => {
    const server = serverOf(await TestLog.create(2));
    const storage = new MemoryStorage();
    const fetched: unknown[] = [];
    let status = 503;
    vi.stubGlobal('fetch', (...request: unknown[]) => {
      fetched.push(request);
      return Promise.resolve(Response.json(server.log.keys, { status }));
    });
    const url = 'wss://host.example/a/ws?token=secret';
    const options = { ...{ url, storage }, fetchKeys: undefined };
    await expect(verifierOf(server, options).verify(server.log.ids[1]!)).rejects.toThrow('503');
    status = 200;
    await expect(verifierOf(server, options).verify(server.log.ids[1]!)).resolves.toMatchObject({
      ok: true,
    });
    const address = 'https://host.example/a/jwks.json';
    expect(fetched.at(-1)).toEqual([address, { cache: 'no-cache' }]);
    expect([...storage.keys()]).toEqual([`ide-assistant:verify:${address}`]);
  });

  describe('by default', () => {
    describeDefaultStorage();
  });

  it.each([
    ...['', '{"keys"', 'null', '0', '7', 'true', '"x"', '[]', '{}', '{"keys":[]}'],
    ...['origin', 'treeSize', 'root', 'keys'].map((field) => `without ${field}`),
    ...['"ab"', '[null]', '[7]', '{}'].map((keys) => `with keys ${keys}`),
  ])('takes what it cannot read for nothing remembered: %s', async (text) => {
    const server = serverOf(await TestLog.create(3));
    const storage = new MemoryStorage();
    const id = server.log.ids[1]!;
    await verifierOf(server, { storage }).verify(id);
    const [[name, genuine]] = [...storage] as [[string, string]];
    const memory = JSON.parse(genuine) as Record<string, unknown>;
    const [, how, what, keys] = /^(with|without) (\w+) ?(.*)/.exec(text) ?? [];
    if (how === 'without') delete memory[what!];
    if (how === 'with') memory['keys'] = JSON.parse(keys!) as unknown;
    const broken = how ? JSON.stringify(memory) : text;
    for (const pinned of [undefined, server.log.keys]) {
      storage.setItem(name, broken);
      const result = await verifierOf(server, { storage, keys: pinned }).verify(id);
      expect(result).toMatchObject({ ok: true, firstUse: !pinned, consistentWith: null });
      expect(JSON.parse(storage.getItem(name)!)).toMatchObject({ treeSize: 3 });
    }
  });
}
