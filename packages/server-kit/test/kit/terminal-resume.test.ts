import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { connectRaw, type Message } from '../support/raw-client.ts';
import { stopKit } from '../support/start-kit.ts';
import { eventsOf, only, open, query, screen, start } from '../support/terminals.ts';
import { token } from '../support/tokens.ts';

describe('a client that comes back', () => {
  test('gets what its terminal has shown meanwhile, once', async () => {
    const { driver, kit, client } = await start();
    await open(client);
    await only(driver.terminals).show('one');
    await client.next(({ type }) => type === 'terminal_output');
    client.terminate();
    await only(driver.terminals).show('two');
    const epoch = String(client.connect['epoch']);
    const back = await connectRaw(kit.url, { query: { ...query, last_seq: '1', epoch } });
    expect(back.connect).toMatchObject({ resumed: true });
    await back.next(({ type }) => type === 'terminal_output');
    expect(eventsOf(back, 'terminal_output').map(({ output }) => output)).toEqual(['two']);
  });

  test('after a reload finds the open terminals and what they show', async () => {
    const { driver, kit, client } = await start();
    const { terminal_id } = await open(client);
    await client.ask({ type: 'terminal_resize', terminal_id, cols: 100, rows: 30 });
    await only(driver.terminals).show('~$ ');
    const reloaded = await connectRaw(kit.url, { query });
    const { terminals } = await reloaded.next(({ type }) => type === 'session_snapshot');
    expect(terminals).toEqual([
      { terminal_id, cols: 100, rows: 30, text: '~$ ', truncated: false },
    ]);
    await reloaded.ask({ type: 'terminal_close', terminal_id });
    const later = await connectRaw(kit.url, { query });
    const snapshot = await later.next(({ type }) => type === 'session_snapshot');
    expect(snapshot).toMatchObject({ terminals: [] });
  });

  test('to a session that was put away meanwhile finds its terminals gone', async () => {
    let now = Date.now();
    const { driver, kit, client } = await start({ clock: () => now });
    const { terminal_id } = await open(client);
    client.terminate();
    now += 1_000;
    await vi.waitFor(
      () => {
        now += 60_000;
        expect(driver.asked).toContain('dispose');
      },
      { timeout: 15_000, interval: 500 },
    );
    const back = await connectRaw(kit.url, { query, token: await token({ expiresIn: 86_400 }) });
    const input = { type: 'terminal_input', terminal_id, data: 'x' };
    expect(await back.ask(input)).toMatchObject({ code: 'not_found' });
  });
});

test('a slow client slows the program down instead of filling the server’s memory', async () => {
  const { driver, kit, client } = await start({
    limits: { slowBytes: 65_536, slowMs: 600_000 },
  });
  await open(client);
  const { hostname, port } = new URL(kit.url);
  const deaf = connectTcp(Number(port), hostname);
  onTestFinished(() => void deaf.destroy());
  deaf.write(
    [
      `GET /ide/ws?session=mine&token=${await token()} HTTP/1.1`,
      ...[`Host: ${hostname}:${port}`, 'Connection: Upgrade', 'Upgrade: websocket'],
      ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', '', ''],
    ].join('\r\n'),
  );
  await new Promise((resolve) => {
    deaf.once('data', resolve);
  });
  deaf.pause();

  // Shows piece after piece, as a driver does, until one of them is not taken any more.
  const piece = 'x'.repeat(65_536);
  let shown = 0;
  const flood = (async () => {
    for (; shown < 2_000; shown += 1) await only(driver.terminals).show(piece);
  })();
  let before = -1;
  await vi.waitFor(
    () => {
      const isHeld = shown > 0 && shown === before;
      before = shown;
      expect(isHeld).toBe(true);
    },
    { interval: 500, timeout: 20_000 },
  );
  expect(shown).toBeLessThan(2_000);
  deaf.resume();
  await flood;
  expect(shown).toBe(2_000);
}, 60_000);

describe('after a crash', () => {
  /** A server that has taken a request and not answered it, and one on the same data after it. */
  async function crashed(request: (id: string) => object): Promise<Message> {
    const { kit, client } = await start();
    const { terminal_id } = await open(client);
    const message = { request_id: 'x', ...request(terminal_id) };
    await client.ask(message);
    await stopKit(kit);
    const database = new DatabaseSync(join(kit.directory, 'store', 'store.sqlite'));
    database.exec('UPDATE outcomes SET reply = NULL, finished_at = NULL');
    database.close();
    const after = await start({ dataDirectory: kit.directory });
    return after.client.ask(message);
  }

  test('an open is interrupted', async () => {
    const reply = await crashed(() => ({ type: 'terminal_open', ...screen }));
    expect(reply).toMatchObject({ code: 'interrupted', retryable: false });
  });

  test('a close is done: the terminal has ended with its server', async () => {
    const reply = await crashed((terminal_id) => ({ type: 'terminal_close', terminal_id }));
    expect(reply).toMatchObject({ type: 'terminal_ack' });
  });

  test('what was typed is not reported as typed', async () => {
    const reply = await crashed((terminal_id) => ({
      ...{ type: 'terminal_input', terminal_id, data: 'x' },
    }));
    expect(reply).toMatchObject({ code: 'not_found' });
  });
});
