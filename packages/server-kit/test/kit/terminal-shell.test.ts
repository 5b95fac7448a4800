import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bubblewrap } from '../../src/index.ts';
import { connectRaw, type RawClient } from '../support/raw-client.ts';
import { startKit } from '../support/start-kit.ts';

/** A client of a kit whose sandbox has real shells. */
async function start(limits: object = {}) {
  const kit = await startKit({ limits, sandbox: { drivers: [bubblewrap()] } });
  const client = await connectRaw(kit.url, { query: { session: 'mine', client: 'k1' } });
  const { terminal, sandbox } = client.connect['capabilities'] as {
    terminal: boolean;
    sandbox: { fix?: string };
  };
  if (!terminal) throw new Error(`These tests need terminals in bubblewrap. ${sandbox.fix ?? ''}`);
  return { kit, client };
}

const commandOf = (client: RawClient, command: string, more: object = {}) =>
  client.ask({ type: 'terminal_command', command, ...more });

const shownBy = ({ messages }: RawClient) =>
  messages
    .filter(({ type }) => type === 'terminal_output')
    .map(({ output }) => output)
    .join('');

/** How many processes of this machine have a text in their command line. */
async function countProcesses(text: string): Promise<number> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.filter((line) => line.includes(text)).length;
}

/** A terminal of a real shell, typed into and read like a person would. */
async function openShell(client: RawClient) {
  const opened = await client.ask({ type: 'terminal_open', cols: 80, rows: 24 });
  expect(opened).toMatchObject({ type: 'terminal_opened', verified: true });
  const terminal_id = opened['terminal_id'] as string;
  return {
    terminal_id,
    type: (data: string) => client.ask({ type: 'terminal_input', terminal_id, data }),
    shown: () => shownBy(client),
  };
}

describe('a command', () => {
  test('gives what it writes, errors in their place, and its exit code', async () => {
    const { client } = await start();
    const reply = await commandOf(client, 'echo one; echo two >&2; echo three | tr e E; exit 7');
    expect(reply).toMatchObject({
      ...{ type: 'terminal_result', output: 'one\ntwo\nthrEE\n', exit_code: 7, signal: null },
      ...{ timed_out: false, truncated: false, cwd: '', verified: true },
    });
    expect(shownBy(client)).toBe('one\ntwo\nthrEE\n');
    expect(await commandOf(client, 'no-such-program')).toMatchObject({
      exit_code: 127,
      output: expect.stringContaining('no-such-program') as string,
    });
  });

  test('begins where the last one ended, and sees the files of the workspace', async () => {
    const { client, kit } = await start();
    await commandOf(client, 'mkdir -p src/deep && cd src/deep && echo hello > note.txt');
    expect(await commandOf(client, 'pwd; cat note.txt; cd ..')).toMatchObject({
      output: '/workspace/src/deep\nhello\n',
      cwd: 'src',
    });
    expect(await commandOf(client, 'pwd', { cwd: 'src/deep' })).toMatchObject({ cwd: 'src/deep' });
    expect(await commandOf(client, 'cd ../../.. ; pwd')).toMatchObject({ output: '/\n' });
    // Outside of the workspace no next one can begin.
    expect(await commandOf(client, 'pwd')).toMatchObject({ output: '/workspace/src/deep\n' });
    expect(await commandOf(client, 'cd ../.. && rm -r src')).toMatchObject({ cwd: '' });
    const files = await readdir(kit.workspaceOf('mine'));
    expect(files).not.toContain('src');
  });

  test('is killed when its time is over, and keeps what it had written', async () => {
    const { client } = await start();
    expect(await commandOf(client, 'echo begun; sleep 60', { timeout_ms: 1_000 })).toMatchObject({
      ...{ output: 'begun\n', exit_code: null, signal: 'SIGKILL', timed_out: true },
    });
  });

  test('has processor time for as long as it may last', async () => {
    const { client } = await start({ executionMs: 45_000 });
    expect(await commandOf(client, 'ulimit -t')).toMatchObject({ output: '45\n' });
  });

  test('that is cancelled leaves no process behind', async () => {
    const { client } = await start();
    const running = commandOf(client, 'sleep 86401.5 & sleep 86401.5', { request_id: 'run' });
    await expect.poll(() => countProcesses('sleep\x0086401.5')).toBe(2);
    expect(await client.ask({ type: 'cancel', request_id_to_cancel: 'run' })).toMatchObject({
      cancelled: true,
    });
    expect(await running).toMatchObject({ type: 'cancelled' });
    expect(await countProcesses('86401.5')).toBe(0);
  });

  test('is cut at the limit of output and says so', async () => {
    const { client } = await start({ outputBytes: 100 });
    const reply = await commandOf(client, 'head -c 500 /dev/zero | tr "\\0" x');
    expect(reply).toMatchObject({ truncated: true, exit_code: 0, output: 'x'.repeat(100) });
  });
});

describe('a shell', () => {
  test('answers what is typed, and knows the size of its screen', async () => {
    const { client } = await start();
    const { terminal_id, type, shown } = await openShell(client);
    await type('echo $((6 * 7))\r');
    await expect.poll(shown).toMatch(/\b42\r\n/);
    await client.ask({ type: 'terminal_resize', terminal_id, cols: 100, rows: 30 });
    await type('stty size\r');
    await expect.poll(shown).toMatch(/30 100\r\n/);
  });

  test('lets a program be interrupted by Ctrl-C', async () => {
    const { client } = await start();
    const { type, shown } = await openShell(client);
    // The program itself says that it has begun: by then it is the one that has the keyboard.
    await type(`sh -c 'echo be""gun; exec sleep 600'; echo en""ded $?\r`);
    await expect.poll(shown).toMatch(/begun\r\n/);
    await type('\u0003');
    await type('echo st""ill here\r');
    await expect.poll(shown).toMatch(/still here\r\n/);
  });

  test('tells its exit code when it ends', async () => {
    const { client } = await start();
    const { terminal_id, type } = await openShell(client);
    await type('exit 3\r');
    expect(await client.next(({ type: name }) => name === 'terminal_closed')).toMatchObject({
      ...{ terminal_id, exit_code: 3, signal: null, reason: 'exit' },
    });
  });

  test('is closed with all that was started from it', async () => {
    const { client } = await start();
    const { terminal_id, type } = await openShell(client);
    await type('(setsid sleep 86402.5 &) ; sleep 86402.5\r');
    await expect.poll(() => countProcesses('sleep\x0086402.5')).toBe(2);
    expect(await client.ask({ type: 'terminal_close', terminal_id })).toMatchObject({
      type: 'terminal_ack',
    });
    expect(await client.next(({ type: name }) => name === 'terminal_closed')).toMatchObject({
      ...{ terminal_id, exit_code: null, reason: 'closed' },
    });
    expect(await countProcesses('86402.5')).toBe(0);
  });

  test('shares the workspace with files and commands', async () => {
    const { client } = await start();
    await client.ask({ type: 'file_save', path: 'a.txt', content: 'from the editor' });
    const { type, shown } = await openShell(client);
    await type('cat a.txt; echo; echo back > b.txt\r');
    await expect.poll(shown).toMatch(/from the editor/);
    await expect
      .poll(async () => (await client.ask({ type: 'file_open', path: 'b.txt' }))['content'])
      .toBe('back\n');
    expect(await commandOf(client, 'cat b.txt')).toMatchObject({ output: 'back\n' });
  });

  test('keeps a password that is typed into it to the program that asked', async () => {
    const { client, kit } = await start();
    const { type, shown } = await openShell(client);
    await type('read -s -p "pass""word: " word; echo "le""ngth ${#word}"\r');
    await expect.poll(shown).toMatch(/password: /);
    const canary = 'correct-horse-battery';
    await type(`${canary}\r`);
    await expect.poll(shown).toMatch(/length 21\r\n/);
    expect(JSON.stringify(client.messages)).not.toContain(canary);
    const entries = await readdir(kit.directory, { recursive: true, withFileTypes: true });
    for (const { parentPath, name } of entries.filter((entry) => entry.isFile())) {
      const content = await readFile(join(parentPath, name));
      expect(content.includes(canary), name).toBe(false);
    }
  });
});
