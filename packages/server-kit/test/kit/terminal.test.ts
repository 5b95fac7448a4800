import { describe, expect, test } from 'vitest';
import { quickJs } from '../../src/index.ts';
import { connectRaw } from '../support/raw-client.ts';
import { stopKit } from '../support/start-kit.ts';
import { eventsOf, only, open, screen, start } from '../support/terminals.ts';
import { token } from '../support/tokens.ts';

describe('a terminal', () => {
  test('is opened with a proof, takes what is typed and tells what it shows', async () => {
    const { driver, client } = await start();
    expect(client.connect['capabilities']).toMatchObject({ terminal: true });
    const { opened, terminal_id } = await open(client);
    expect(opened).toMatchObject({ type: 'terminal_opened', verified: true });
    const terminal = only(driver.terminals);
    expect(terminal.options).toMatchObject(screen);

    expect(await client.ask({ type: 'terminal_input', terminal_id, data: 'ls\r' })).toEqual({
      type: 'terminal_ack',
      request_id: expect.any(String) as string,
      terminal_id,
    });
    await client.ask({ type: 'terminal_resize', terminal_id, cols: 132, rows: 50 });
    expect(terminal.received).toEqual(['ls\r', '132x50']);

    await terminal.show('\u001b[32mapp.py\u001b[0m\r\n');
    expect(await client.next(({ type }) => type === 'terminal_output')).toMatchObject({
      seq: expect.any(Number) as number,
      terminal_id,
      output: '\u001b[32mapp.py\u001b[0m\r\n',
      request_id: 'open',
    });
  });

  test('takes what is typed in the order in which it was sent', async () => {
    const { driver, client } = await start();
    const { terminal_id } = await open(client);
    const keys = Array.from({ length: 200 }, (_, index) => `${index} `);
    await Promise.all(
      keys.map((data) => client.ask({ type: 'terminal_input', terminal_id, data })),
    );
    expect(only(driver.terminals).received).toEqual(keys);
  });

  test('takes nothing that is sent after its close, whoever sends it', async () => {
    const { driver, kit, client } = await start();
    const { terminal_id } = await open(client);
    const other = await connectRaw(kit.url, { query: { session: 'mine', client: 'k2' } });
    const gate = Promise.withResolvers<void>();
    only(driver.terminals).beforeClose = gate.promise;
    const closing = client.ask({ type: 'terminal_close', terminal_id });
    // Answered in its turn, so that the frame before it has been read.
    await client.ask({ type: 'ping' });
    const late = other.ask({ type: 'terminal_input', terminal_id, data: 'late' });
    await other.ask({ type: 'ping' });
    gate.resolve();
    expect(await closing).toMatchObject({ type: 'terminal_ack' });
    expect(await late).toMatchObject({ code: 'not_found' });
    expect(only(driver.terminals).received).toEqual([]);
  });

  test('takes a key once, though it is sent again', async () => {
    const { driver, client } = await start();
    const { terminal_id } = await open(client);
    const key = { type: 'terminal_input', request_id: 'key', terminal_id, data: 'x' };
    const first = await client.ask(key);
    expect(await client.ask(key)).toEqual(first);
    expect(only(driver.terminals).received).toEqual(['x']);
  });

  test('belongs to the session: another connection uses it and hears of it', async () => {
    const { driver, kit, client } = await start();
    const other = await connectRaw(kit.url, { query: { session: 'mine', client: 'k2' } });
    const { terminal_id } = await open(client);
    expect(await other.ask({ type: 'terminal_input', terminal_id, data: 'y' })).toMatchObject({
      type: 'terminal_ack',
    });
    expect(only(driver.terminals).received).toEqual(['y']);
    await only(driver.terminals).show('yes');
    expect(await other.next(({ type }) => type === 'terminal_output')).toMatchObject({
      output: 'yes',
    });
  });

  test('belongs to no other session', async () => {
    const { kit, client } = await start();
    const { terminal_id } = await open(client);
    const stranger = await connectRaw(kit.url);
    const input = { type: 'terminal_input', terminal_id, data: 'x' };
    expect(await stranger.ask(input)).toMatchObject({ code: 'not_found' });
  });

  test('tells its end once, and is gone then', async () => {
    const { driver, client } = await start();
    const { terminal_id } = await open(client);
    only(driver.terminals).end({ exitCode: 3, signal: null, reason: 'exit' });
    expect(await client.next(({ type }) => type === 'terminal_closed')).toMatchObject({
      terminal_id,
      exit_code: 3,
      signal: null,
      reason: 'exit',
    });
    for (const request of [
      { type: 'terminal_input', data: 'x' },
      { type: 'terminal_resize', ...screen },
      { type: 'terminal_close' },
    ]) {
      expect(await client.ask({ terminal_id, ...request })).toMatchObject({ code: 'not_found' });
    }
    expect(eventsOf(client, 'terminal_closed')).toHaveLength(1);
  });

  test('is closed, and its end is told before the reply', async () => {
    const { client } = await start();
    const { terminal_id } = await open(client);
    expect(await client.ask({ type: 'terminal_close', terminal_id })).toMatchObject({
      type: 'terminal_ack',
    });
    expect(eventsOf(client, 'terminal_closed')).toMatchObject([
      { terminal_id, exit_code: null, signal: 'SIGKILL', reason: 'closed' },
    ]);
  });

  test('ends with the server, which tells of it', async () => {
    const { kit, driver, client } = await start();
    await open(client);
    await stopKit(kit);
    expect(eventsOf(client, 'terminal_closed')).toHaveLength(1);
    expect(driver.asked).toContain('dispose');
  });

  test('is refused where the session has as many as it may have, until one is closed', async () => {
    const { client } = await start({ limits: { terminals: 2 } });
    const opens = await Promise.all(['1', '2', '3'].map((id) => open(client, id)));
    const refused = opens.filter(({ opened }) => opened.type === 'error');
    expect(refused.map(({ opened }) => opened)).toMatchObject([
      { code: 'rate_limited', retryable: true, details: { terminals: 2 } },
    ]);
    const [{ terminal_id } = { terminal_id: '' }] = opens;
    await client.ask({ type: 'terminal_close', terminal_id });
    expect((await open(client, '4')).opened).toMatchObject({ type: 'terminal_opened' });
  });

  test('takes no more at once than the limit in bytes', async () => {
    const { driver, client } = await start({ limits: { terminalInputBytes: 8 } });
    const { terminal_id } = await open(client);
    const type = (data: string) => client.ask({ type: 'terminal_input', terminal_id, data });
    expect(await type('ééééé')).toMatchObject({
      code: 'too_large',
      details: { limit_bytes: 8, size_bytes: 10 },
    });
    expect(await type('éééé')).toMatchObject({ type: 'terminal_ack' });
    expect(only(driver.terminals).received).toEqual(['éééé']);
  });

  test.each([
    { cols: 0, rows: 24 },
    { cols: 80, rows: 1_001 },
    { cols: 80.5, rows: 24 },
    { ...screen, shell: '/bin/zsh' },
  ])('is not opened as %j', async (wrong) => {
    const { client } = await start();
    expect(await client.ask({ type: 'terminal_open', ...wrong })).toMatchObject({
      code: 'invalid_message',
    });
  });

  test.each([undefined, 7, ['t'], { toString: 1 }, '', 'x'.repeat(65)])(
    'is not found by an id that is none: %j',
    async (terminal_id) => {
      const { client } = await start();
      const input = { type: 'terminal_input', terminal_id, data: 'x' };
      expect(await client.ask(input)).toMatchObject({ code: 'invalid_message' });
    },
  );

  test('is not opened where the sandbox has none, and the answer says what mends it', async () => {
    const { client } = await start({ sandbox: { drivers: [quickJs()] } });
    expect(client.connect['capabilities']).toMatchObject({ terminal: false });
    expect(await client.ask({ type: 'terminal_open', ...screen })).toMatchObject({
      code: 'sandbox_unavailable',
      details: { fix: 'apt-get install bubblewrap' },
    });
    expect(await client.ask({ type: 'terminal_command', command: 'ls' })).toMatchObject({
      code: 'sandbox_unavailable',
    });
  });
});

describe('who may use a terminal', () => {
  test('is whoever may run code', async () => {
    const { kit } = await start();
    const viewer = await connectRaw(kit.url, { token: await token({ roles: ['viewer'] }) });
    for (const request of [
      { type: 'terminal_command', command: 'ls' },
      { type: 'terminal_open', ...screen },
      { type: 'terminal_input', terminal_id: 't', data: 'x' },
      { type: 'terminal_resize', terminal_id: 't', ...screen },
      { type: 'terminal_close', terminal_id: 't' },
    ]) {
      expect(await viewer.ask(request)).toMatchObject({ type: 'blocked' });
    }
  });

  test('is not the assistant, who must ask before it runs a command', async () => {
    const results: unknown[] = [];
    const { driver, client } = await start({
      async *assistant({ message }, { callTool }) {
        const terminal_id = message;
        results.push(
          await callTool('terminal_open', screen),
          await callTool('terminal_input', { terminal_id, data: 'rm -rf *\r' }),
          await callTool('terminal_resize', { terminal_id, ...screen }),
          await callTool('terminal_close', { terminal_id }),
          await callTool('terminal_command', { command: 'ls' }),
        );
        yield { type: 'text', delta: 'done' };
      },
    });
    const { terminal_id } = await open(client);
    const answer = client.ask({ type: 'chat', message: terminal_id });
    const asked = await client.next(({ type }) => type === 'approval_required');
    expect(asked).toMatchObject({ action: 'ide_terminal_command', requested_by: 'ada' });
    await client.ask({
      type: 'approval_resolve',
      approval_id: asked['approval_id'],
      request_hash: asked['request_hash'],
      decision: 'approve',
    });
    await answer;
    expect(results).toMatchObject([
      ...[1, 2, 3, 4].map(() => ({ ok: false, status: 'blocked' })),
      { ok: true },
    ]);
    expect(driver.terminals).toHaveLength(1);
    expect(only(driver.terminals).received).toEqual([]);
  });
});
