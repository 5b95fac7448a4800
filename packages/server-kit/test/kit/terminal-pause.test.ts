import { expect, test } from 'vitest';
import { connectRaw, type RawClient } from '../support/raw-client.ts';
import { scriptedDriver, type Script } from '../support/scripted-driver.ts';
import { startKit } from '../support/start-kit.ts';
import { token } from '../support/tokens.ts';

const query = { session: 'mine', client: 'k1' };
const screen = { cols: 80, rows: 24 };

/** A kit under a clock that the test moves; it is looked after once in a real second. */
async function start(script?: Script) {
  const driver = scriptedDriver(script);
  const time = { now: Date.now() };
  const kit = await startKit({
    sandbox: { drivers: [driver] },
    clock: () => time.now,
    limits: { heartbeatMs: 0, sessionIdleMs: 1e9 },
  });
  const join = async () =>
    connectRaw(kit.url, { query, token: await token({ expiresIn: 86_400 }) });
  return { driver, kit, time, join, client: await join() };
}

const updatesOf = ({ messages }: RawClient) =>
  messages.filter(({ type }) => type === 'session_update').map((update) => update['update_type']);
const hears = (client: RawClient, update: string) =>
  client.next((message) => message['update_type'] === update);

test('a sandbox in which no terminal is open is paused while somebody is connected, and resumed by its next use', async () => {
  const { driver, time, client } = await start();
  await client.ask({ type: 'terminal_command', command: 'ls' });
  time.now += 30_000;
  expect(await hears(client, 'sandbox_paused')).toMatchObject({
    seq: expect.any(Number) as number,
    details: {},
  });
  expect(await client.ask({ type: 'terminal_command', command: 'ls' })).toMatchObject({
    exit_code: 0,
  });
  expect(updatesOf(client)).toEqual(['sandbox_paused', 'sandbox_resumed']);
  expect(driver.asked).toEqual(['run', 'pause', 'resume', 'run']);
});

test('a terminal that somebody has open is not paused', async () => {
  const { driver, time, client } = await start();
  const { terminal_id } = await client.ask({ type: 'terminal_open', ...screen });
  time.now += 300_000;
  // Looked after at least once, since that also announces the end of a token.
  time.now += 86_400_000 - 300_000 - 30_000;
  await client.next(({ type }) => type === 'auth_expiring');
  expect(driver.asked).toEqual([]);
  await client.ask({ type: 'terminal_close', terminal_id });
});

test('a terminal that nobody is there to see is paused, and goes on when somebody connects', async () => {
  const { driver, time, join, client } = await start();
  await client.ask({ type: 'terminal_open', ...screen });
  client.terminate();
  await expect
    .poll(
      () => {
        time.now += 10_000;
        return driver.asked;
      },
      { timeout: 10_000, interval: 250 },
    )
    .toEqual(['pause']);
  const back = await join();
  await hears(back, 'sandbox_resumed');
  expect(driver.asked).toEqual(['pause', 'resume']);
});

test('a sandbox in which a request still runs is not paused, though nobody is connected', async () => {
  const gate = Promise.withResolvers<void>();
  const { driver, time, join, client } = await start(() => gate.promise.then(() => ({})));
  client.send({ type: 'terminal_command', request_id: 'run', command: 'make' });
  await expect.poll(() => driver.asked).toEqual(['run']);
  client.terminate();
  time.now += 300_000;
  const back = await join();
  const reply = back.ask({ type: 'terminal_command', request_id: 'run', command: 'make' });
  gate.resolve();
  expect(await reply).toMatchObject({ exit_code: 0 });
  expect(driver.asked).toEqual(['run']);
});
