import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TestLog } from './test-log.ts';
import { MemoryStorage, serverOf, verifierOf, type TestServer } from './verifier-of.ts';

/** What is remembered where no storage was given; run in Node and in a page. */
export function describeDefaultStorage(): void {
  let page: FullStorage;
  let server: TestServer;
  let id: string;

  // Made anew for each check, as the widget does. The page's memory outlives the test, so each has a name.
  const verifierHere = () => verifierOf(server, { storage: undefined, name: id });
  const verify = (of = id) => verifierHere().verify(of);

  beforeEach(async () => {
    page = new FullStorage();
    vi.stubGlobal('localStorage', page);
    server = serverOf(await TestLog.create(4));
    id = server.log.ids[1]!;
  });

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it.each([
    ['missing', undefined],
    ['full', () => page],
  ])(
    'a localStorage that is %s costs the next page its memory, and no check',
    async (_how, store) => {
      page.isFull = true;
      vi.stubGlobal('localStorage', store?.());
      await expect(verify()).resolves.toMatchObject({ firstUse: true });
      await expect(verify()).resolves.toMatchObject({ firstUse: false, consistentWith: 4 });
      server.log = await server.log.fork(3);
      await expect(verify()).resolves.toMatchObject({ code: 'ROLLBACK' });
      await verifierHere().forget();
      await expect(verify()).resolves.toMatchObject({ firstUse: true });
    },
  );

  it('what no longer fits into localStorage counts before what stands there', async () => {
    await verify();
    page.isFull = true;
    await server.log.grow(6);
    await expect(verify()).resolves.toMatchObject({ treeSize: 10, consistentWith: 4 });
    const { log } = server;
    server.log = await log.fork(6);
    await expect(verify()).resolves.toMatchObject({ code: 'ROLLBACK' });
    await server.log.grow(4);
    await expect(verify()).resolves.toMatchObject({ code: 'FORK' });
    server.log = log;
    await expect(verify()).resolves.toMatchObject({ ok: true, consistentWith: 10 });
    // The next page still has the older one to hold the log to.
    expect(page.values().next().value).toContain('"treeSize":4');
  });

  it('what fits again is seen by other pages, and what these saw counts here', async () => {
    await verify();
    page.isFull = true;
    await server.log.grow(2);
    await verify();
    page.isFull = false;
    await server.log.grow(1);
    await expect(verify()).resolves.toMatchObject({ treeSize: 7, consistentWith: 6 });
    expect(page.values().next().value).toContain('"treeSize":7');
    await server.log.grow(2);
    await verifierOf(server, { storage: page, name: id }).verify(id);
    await expect(verify()).resolves.toMatchObject({ consistentWith: 9 });
  });

  it('forgets what did not fit, also where it cannot be removed', async () => {
    await verify();
    page.isFull = true;
    await server.log.grow(2);
    await verify();
    await verifierHere().forget();
    expect(page.size).toBe(0);
    await expect(verify()).resolves.toMatchObject({ firstUse: true });
    const stored = [...page.values()][0];
    vi.stubGlobal('localStorage', { getItem: () => stored });
    await verifierHere().forget();
    await expect(verify()).resolves.toMatchObject({ firstUse: true });
  });

  it('a localStorage that is emptied under a verifier takes nothing from it', async () => {
    const verifier = verifierHere();
    await verifier.verify(id);
    page.clear();
    server.log = await server.log.fork(3);
    await expect(verifier.verify(id)).resolves.toMatchObject({ code: 'ROLLBACK' });
    await expect(verify()).resolves.toMatchObject({ firstUse: true });
  });
}

/** A `localStorage` that may have no space left. */
class FullStorage extends MemoryStorage {
  isFull = false;

  override setItem(key: string, value: string): void {
    if (this.isFull) throw new DOMException('', 'QuotaExceededError');
    super.setItem(key, value);
  }
}
