import { randomUUID } from 'node:crypto';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { docker } from '../../src/sandbox/drivers/docker/docker.ts';
import { processesWith } from './attacks.ts';
import { startDaemon } from './docker-support/daemon.ts';
import { importFullImage } from './docker-support/images.ts';
import { openSandbox, type OpenedSandbox } from './support.ts';

const daemon = await startDaemon();
const { engine, socketPath } = daemon;
const image = await importFullImage(engine);
afterAll(() => daemon[Symbol.asyncDispose]());

const driver = docker({ image, socketPath });

/** Names of the containers that there are, running or not. */
const containers = async (): Promise<string[]> =>
  (await engine.listContainers({ all: true })).map(({ Id }) => Id);

describe('what a run in Docker leaves behind', () => {
  let opened: OpenedSandbox;
  beforeAll(async () => {
    opened = await openSandbox(driver);
  });
  afterAll(() => opened?.[Symbol.asyncDispose]());
  const daemonise = `
import os, signal, sys, time
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for fd in range(3): os.close(fd)
    time.sleep(60)
print("begun", flush=True)
`;

  test('is gone after it has ended by itself', async () => {
    const marker = `marker-${randomUUID()}`;
    const outcome = await opened.run('python', daemonise, { args: [marker] });
    expect(outcome).toMatchObject({ stdout: 'begun\n', exitCode: 0, reason: 'exit' });
    expect(processesWith(marker)).toEqual([]);
  });

  test('is gone after a timeout', async () => {
    const marker = `marker-${randomUUID()}`;
    const outcome = await opened.run('python', `${daemonise}time.sleep(60)`, {
      args: [marker],
      limits: { timeoutMs: 500 },
    });
    expect(outcome).toMatchObject({ exitCode: null, signal: 'SIGKILL', reason: 'timeout' });
    expect(processesWith(marker)).toEqual([]);
  });

  test('is gone after it was cancelled', async () => {
    const marker = `marker-${randomUUID()}`;
    const stop = new AbortController();
    const outcome = await opened.run('python', `${daemonise}time.sleep(60)`, {
      args: [marker],
      signal: stop.signal,
      onOutput: () => stop.abort(),
    });
    expect(outcome).toMatchObject({ stdout: 'begun\n', reason: 'cancelled' });
    expect(processesWith(marker)).toEqual([]);
  });

  test('is gone even when it has killed the script that would end it', async () => {
    const marker = `marker-${randomUUID()}`;
    const code = '(trap "" TERM HUP; while :; do sleep 1; done) & kill -KILL $PPID; wait';
    const outcome = await opened.run('bash', code, { args: [marker] });
    expect(outcome).toMatchObject({ exitCode: null, signal: 'SIGKILL', reason: 'exit' });
    expect(processesWith(marker)).toEqual([]);
  });

  test('is gone after a fork bomb, and the next run is as good as ever', async () => {
    const code = 'bomb() { bomb | bomb & }; bomb; while :; do :; done 2>/dev/null';
    const outcome = await opened.run('bash', code, { limits: { timeoutMs: 1_000 } });
    expect(outcome.reason).toBe('timeout');
    expect(await opened.run('bash', 'echo well')).toMatchObject({ stdout: 'well\n', exitCode: 0 });
  });

  test('does not count against the memory of the next', async () => {
    const code = 'held = bytearray(b"x") * (1 << 30)';
    expect((await opened.run('python', code)).reason).toBe('memory-limit');
    expect(await opened.run('bash', 'echo well; exit 3')).toMatchObject({
      stdout: 'well\n',
      exitCode: 3,
      reason: 'exit',
    });
  });
});

describe('the containers of a session', () => {
  test('are one as long as runs come one after another', async () => {
    await using opened = await openSandbox(driver);
    const before = await containers();
    await opened.run('bash', 'true');
    const first = await containers();
    await opened.run('bash', 'true');
    expect(first).toHaveLength(before.length + 1);
    expect(await containers()).toEqual(first);
  });

  test('are no more than allowed, and runs wait for them in order', async () => {
    await using opened = await openSandbox(docker({ image, socketPath, containersPerSession: 1 }));
    const order: string[] = [];
    const stop = new AbortController();
    const runs = ['one', 'two', 'three'].map(async (word) => {
      const signal = word === 'two' ? stop.signal : new AbortController().signal;
      const outcome = await opened.run('bash', `echo ${word}; sleep 0.1`, { signal });
      order.push(outcome.stdout.trim());
      return outcome.reason;
    });
    stop.abort();
    expect(await Promise.all(runs)).toEqual(['exit', 'cancelled', 'exit']);
    expect(order).toEqual(['', 'one', 'three']);
  });

  test('are made anew when somebody has removed them', async () => {
    await using opened = await openSandbox(driver);
    await opened.run('bash', 'true');
    for (const id of await containers()) await engine.getContainer(id).remove({ force: true });
    expect(await opened.run('bash', 'echo again')).toMatchObject({ stdout: 'again\n' });
  });

  test('show the directory that is the workspace now', async () => {
    await using opened = await openSandbox(driver);
    opened.put('old.txt', 'old');
    expect((await opened.run('bash', 'ls')).stdout).toBe('old.txt\n');
    const { uid, gid } = statSync(opened.workspace);
    rmSync(opened.workspace, { recursive: true });
    mkdirSync(opened.workspace);
    chownSync(opened.workspace, uid, gid);
    opened.put('new.txt', 'new');
    expect((await opened.run('bash', 'ls')).stdout).toBe('new.txt\n');
  });

  test('are gone with their files when the sandbox is disposed', async () => {
    const filesDirectory = mkdtempSync(join(tmpdir(), 'own-'));
    const before = await containers();
    const opened = await openSandbox(docker({ image, socketPath, filesDirectory }));
    await opened.run('bash', 'true');
    expect(readdirSync(filesDirectory)).toHaveLength(1);
    await opened[Symbol.asyncDispose]();
    expect(await containers()).toEqual(before);
    expect(readdirSync(filesDirectory)).toEqual([]);
    rmSync(filesDirectory, { recursive: true });
  });

  test('show nothing of one session to another', async () => {
    await using mine = await openSandbox(driver);
    await using theirs = await openSandbox(driver);
    const marker = `marker-${randomUUID()}`;
    const begun = Promise.withResolvers<void>();
    const stop = new AbortController();
    const running = mine.run(
      'bash',
      `echo ${marker} | tee /tmp/own /dev/shm/own own; while :; do sleep 1; done`,
      { args: [marker], signal: stop.signal, onOutput: () => begun.resolve() },
    );
    await begun.promise;
    const look = `
for file in /tmp/own /dev/shm/own own ${mine.workspace}/own; do cat $file && echo found; done
for process in /proc/[0-9]*; do tr "\\0" " " < $process/cmdline; done`;
    const outcome = await theirs.run('bash', look);
    stop.abort();
    await running;
    expect(outcome).toMatchObject({ exitCode: 0, stdout: expect.not.stringMatching(marker) });
    expect(outcome.stdout).not.toContain('found');
  });

  test('hold nothing of the environment of the server', async () => {
    const secret = `secret-${randomUUID()}`;
    process.env['DOCKER_TEST_SECRET'] = secret;
    try {
      await using opened = await openSandbox(driver);
      const code = 'env; for p in /proc/[0-9]*; do cat $p/environ $p/cmdline; done 2>/dev/null';
      const { stdout } = await opened.run('bash', code);
      expect(stdout).toContain('USER=sandbox');
      expect(stdout).not.toContain(secret);
    } finally {
      delete process.env['DOCKER_TEST_SECRET'];
    }
  });
});
