import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ServerKitOptions } from '../../src/index.ts';
import { connectRaw, type RawClient } from '../support/raw-client.ts';
import { scriptedDriver, type Script } from '../support/scripted-driver.ts';
import { startKit, stopKit } from '../support/start-kit.ts';

const query = { session: 'mine', client: 'k1' };

/** Commands that end when the test lets them, and where it says. */
async function start(script: Script, options: Partial<ServerKitOptions> = {}) {
  const driver = scriptedDriver(script);
  const kit = await startKit({ sandbox: { drivers: [driver] }, ...options });
  const client = await connectRaw(kit.url, { query });
  const folder = (name: string) => mkdir(join(kit.workspaceOf('mine'), name), { recursive: true });
  return { driver, kit, client, folder };
}

const commandOf = (client: RawClient, command: string, more: object = {}) =>
  client.ask({ type: 'terminal_command', command, ...more });

/** A shell that only knows `cd`, and notes where each command began. */
function shellThatMoves() {
  const begun: string[] = [];
  const script: Script = ({ command, directory = '.' }) => {
    begun.push(`${command} in ${directory}`);
    const [, target] = command.split(' ');
    return Promise.resolve({ directory: target ?? directory, stdout: `${command}\n` });
  };
  return { begun, script };
}

describe('where a command starts', () => {
  test('is where the last one ended', async () => {
    const { begun, script } = shellThatMoves();
    const { client, folder } = await start(script);
    await client.ask({ type: 'file_save', path: 'src/app.py', content: '' });
    await folder('src/deep');
    expect(await commandOf(client, 'cd src/deep')).toMatchObject({ cwd: 'src/deep' });
    await commandOf(client, 'pwd');
    expect(await commandOf(client, 'cd .')).toMatchObject({ cwd: '' });
    await commandOf(client, 'pwd');
    expect(begun).toEqual(['cd src/deep in .', 'pwd in src/deep', 'cd . in src/deep', 'pwd in .']);
  });

  test('is where `cwd` says, and the next one goes on from there', async () => {
    const { begun, script } = shellThatMoves();
    const { client } = await start(script);
    await client.ask({ type: 'file_save', path: 'src/app.py', content: '' });
    await commandOf(client, 'pwd', { cwd: 'src' });
    await commandOf(client, 'pwd');
    await commandOf(client, 'pwd', { cwd: '' });
    expect(begun).toEqual(['pwd in src', 'pwd in src', 'pwd in .']);
  });

  test('is the workspace itself where the last directory is gone', async () => {
    const { begun, script } = shellThatMoves();
    const { client, kit, folder } = await start(script);
    await client.ask({ type: 'directory_list' });
    await folder('old');
    await commandOf(client, 'cd old');
    await rmdir(join(kit.workspaceOf('mine'), 'old'));
    expect(await commandOf(client, 'pwd')).toMatchObject({ exit_code: 0, cwd: '' });
    expect(begun.at(-1)).toBe('pwd in .');
  });

  test.each(['a:b', 'a\\b', 'a\u202eb'])(
    'is the workspace itself where the last directory has a name that no path can hold: %j',
    async (name) => {
      const { begun, script } = shellThatMoves();
      const { client } = await start(script);
      await commandOf(client, `cd ${name}`);
      expect(await commandOf(client, 'pwd')).toMatchObject({ exit_code: 0 });
      expect(begun.at(-1)).toBe('pwd in .');
    },
  );

  test.each([
    ['missing', 'not_found'],
    ['a.txt', 'not_a_directory'],
    ['../elsewhere', 'path_outside_workspace'],
    ['/etc', 'path_outside_workspace'],
  ])('is refused as %s: %s', async (cwd, code) => {
    const { client, driver } = await start(() => Promise.resolve({}));
    await client.ask({ type: 'file_save', path: 'a.txt', content: '' });
    expect(await commandOf(client, 'pwd', { cwd })).toMatchObject({ type: 'error', code });
    expect(driver.asked).toEqual([]);
  });

  test('is the workspace itself for the assistant, who does not move a person’s place either', async () => {
    const { begun, script } = shellThatMoves();
    const permit = `@id("free") @reason("For this test")
      permit (principal is IDE::Assistant, action == IDE::Action::"ide_terminal_command", resource);`;
    const { client } = await start(script, {
      policies: permit,
      async *assistant(_turn, { callTool }) {
        await callTool('terminal_command', { command: 'cd lib' });
        yield { type: 'text', delta: 'done' };
      },
    });
    await client.ask({ type: 'file_save', path: 'src/a.py', content: '' });
    await client.ask({ type: 'file_save', path: 'lib/a.py', content: '' });
    await commandOf(client, 'cd src');
    const answer = client.ask({ type: 'chat', message: 'go' });
    const asked = await client.next(({ type }) => type === 'approval_required');
    await client.ask({
      type: 'approval_resolve',
      approval_id: asked['approval_id'],
      request_hash: asked['request_hash'],
      decision: 'approve',
    });
    await answer;
    await commandOf(client, 'pwd');
    expect(begun).toEqual(['cd src in .', 'cd lib in .', 'pwd in src']);
  });

  test('is where the approver was told, or the command does not run', async () => {
    const { begun, script } = shellThatMoves();
    const { client } = await start(script, {
      policies: `@id("make") @decision("review") @code("MAKE") @reason("Builds are looked at")
        @approvers("developer") @ttl("60")
        forbid (principal, action == IDE::Action::"ide_terminal_command", resource)
        when { context has size && context.size == 5 } unless { context.approved };`,
    });
    await client.ask({ type: 'file_save', path: 'src/a.py', content: '' });
    await commandOf(client, 'cd src');
    client.send({ type: 'terminal_command', request_id: 'make', command: 'build' });
    const asked = await client.next(({ type }) => type === 'approval_required');
    expect(asked).toMatchObject({ resource: 'src' });
    await commandOf(client, 'cd .');
    await client.ask({
      type: 'approval_resolve',
      approval_id: asked['approval_id'],
      request_hash: asked['request_hash'],
      decision: 'approve',
    });
    const reply = await client.next(
      ({ type, request_id: id }) => id === 'make' && type === 'error',
    );
    expect(reply).toMatchObject({ code: 'conflict', details: { stale: true } });
    expect(begun).toEqual(['cd src in .', 'cd . in src']);
  });
});

describe('commands of one session', () => {
  /** Commands that are held until they are let go by their text. */
  function heldCommands() {
    const begun: string[] = [];
    const gates = new Map<string, PromiseWithResolvers<void>>();
    const gateOf = (command: string) => {
      const gate = gates.get(command) ?? Promise.withResolvers<void>();
      gates.set(command, gate);
      return gate;
    };
    const script: Script = async ({ command }, signal) => {
      begun.push(command);
      const stopped = new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve());
      });
      await Promise.race([gateOf(command).promise, stopped]);
      return { stdout: command, directory: '.' };
    };
    return { begun, script, letGo: (command: string) => gateOf(command).resolve() };
  }

  test('run one after another in the order sent, whichever client sent them', async () => {
    const { begun, script, letGo } = heldCommands();
    const { client, kit } = await start(script);
    const other = await connectRaw(kit.url, { query: { session: 'mine', client: 'k2' } });
    const one = commandOf(client, 'one');
    const two = commandOf(client, 'two');
    // Answered in its turn, so that the frames before it have been read.
    await client.ask({ type: 'ping' });
    const three = commandOf(other, 'three');
    await other.ask({ type: 'ping' });
    letGo('three');
    letGo('two');
    await expect.poll(() => begun).toEqual(['one']);
    letGo('one');
    await Promise.all([one, two, three]);
    expect(begun).toEqual(['one', 'two', 'three']);
  });

  test('with a place of their own wait for none', async () => {
    const { begun, script, letGo } = heldCommands();
    const { client } = await start(script);
    const first = commandOf(client, 'first');
    letGo('second');
    expect(await commandOf(client, 'second', { cwd: '' })).toMatchObject({ output: 'second' });
    letGo('first');
    await first;
    expect(begun.toSorted()).toEqual(['first', 'second']);
  });

  test('are cancelled at once while they wait, and the next one still waits', async () => {
    const { begun, script, letGo } = heldCommands();
    const { client } = await start(script);
    const first = commandOf(client, 'first');
    const second = commandOf(client, 'second', { request_id: 'second' });
    const third = commandOf(client, 'third');
    await client.ask({ type: 'ping' });
    expect(await client.ask({ type: 'cancel', request_id_to_cancel: 'second' })).toMatchObject({
      cancelled: true,
    });
    expect(await second).toMatchObject({ type: 'cancelled' });
    await expect.poll(() => begun).toEqual(['first']);
    letGo('first');
    letGo('third');
    await Promise.all([first, third]);
    expect(begun).toEqual(['first', 'third']);
  });

  test('that are cancelled while they run end in cancelled, and the next one runs', async () => {
    const { begun, script, letGo } = heldCommands();
    const { client } = await start(script);
    const first = commandOf(client, 'first', { request_id: 'first' });
    await expect.poll(() => begun).toEqual(['first']);
    const second = commandOf(client, 'second');
    await client.ask({ type: 'cancel', request_id_to_cancel: 'first' });
    expect(await first).toMatchObject({ type: 'cancelled' });
    letGo('second');
    expect(await second).toMatchObject({ output: 'second' });
  });

  test('are answered once, and a repeat joins the one that runs', async () => {
    const { begun, script, letGo } = heldCommands();
    const { client, kit } = await start(script);
    client.send({ type: 'terminal_command', request_id: 'run', command: 'build' });
    await expect.poll(() => begun).toEqual(['build']);
    client.terminate();
    const back = await connectRaw(kit.url, { query });
    const joined = commandOf(back, 'build', { request_id: 'run' });
    letGo('build');
    const reply = await joined;
    expect(reply).toMatchObject({ type: 'terminal_result', output: 'build', verified: true });
    expect(await commandOf(back, 'build', { request_id: 'run' })).toEqual(reply);
    expect(begun).toEqual(['build']);
  });

  test('that the end of the server cut off are interrupted and not run again', async () => {
    const { begun, script } = heldCommands();
    const { client, kit } = await start(script);
    client.send({ type: 'terminal_command', request_id: 'run', command: 'build' });
    await expect.poll(() => begun).toEqual(['build']);
    await stopKit(kit);
    const after = await start(script, { dataDirectory: kit.directory });
    expect(await commandOf(after.client, 'build', { request_id: 'run' })).toMatchObject({
      ...{ type: 'error', code: 'interrupted', retryable: false },
    });
    expect(begun).toEqual(['build']);
  });
});

test('the output comes as events without a terminal, and a snapshot has what came so far', async () => {
  const gate = Promise.withResolvers<void>();
  const { client, kit } = await start(async ({ onOutput }) => {
    onOutput?.({ stream: 'stdout', text: 'half ' });
    // What a driver needs to know of the shell goes beside its output.
    onOutput?.({ stream: 'stderr', text: '/workspace\n' });
    await gate.promise;
    onOutput?.({ stream: 'stdout', text: 'done' });
    return { stdout: 'half done', cpuMs: 12.5, peakMemoryBytes: 4_096 };
  });
  const running = commandOf(client, 'make', { request_id: 'run' });
  await client.next(({ type }) => type === 'terminal_output');
  const back = await connectRaw(kit.url, { query });
  expect(await back.next(({ type }) => type === 'session_snapshot')).toMatchObject({
    running: [{ request_id: 'run', type: 'terminal_command', text: 'half ' }],
  });
  gate.resolve();
  expect(await running).toMatchObject({
    ...{ type: 'terminal_result', output: 'half done', exit_code: 0, timed_out: false },
    ...{ cpu_ms: 12.5, peak_memory_bytes: 4_096 },
  });
  const told = client.messages.filter(({ type }) => type === 'terminal_output');
  expect(told.map(({ output }) => output)).toEqual(['half ', 'done']);
  expect(told[0]).toMatchObject({ request_id: 'run', seq: expect.any(Number) as number });
  expect(told[0]).not.toHaveProperty('terminal_id');
});

test('a command that the hunter is sure about is blocked before it runs', async () => {
  const { client, driver } = await start(() => Promise.resolve({}));
  // Made up, and put together here so that no file holds one.
  const key = ['gh', 'p_', 'aB3dE5gH7jK9mN1pQ2rS4tV6wX8yZ0cFaB3d'].join('');
  const reply = await commandOf(client, `git clone https://${key}@example.com/repo.git`);
  expect(reply).toMatchObject({
    ...{ type: 'blocked', action: 'ide_terminal_command' },
    alerts: [{ rule: 'secret-github-token', line: 1 }],
  });
  expect(driver.asked).toEqual([]);
});
