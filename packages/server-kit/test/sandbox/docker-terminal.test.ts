import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { docker } from '../../src/sandbox/drivers/docker/docker.ts';
import { processesWith } from './attacks.ts';
import { startDaemon } from './docker-support/daemon.ts';
import { importBusyboxImage, importFullImage } from './docker-support/images.ts';
import { openScreen } from './screen.ts';
import { shellSuite } from './shell-suite.ts';
import { openSandbox } from './support.ts';

const daemon = await startDaemon();
const { engine, socketPath } = daemon;
const image = await importFullImage(engine);
afterAll(() => daemon[Symbol.asyncDispose]());

const driver = docker({ image, socketPath });
shellSuite(driver);

describe('a terminal in Docker', () => {
  test('tells an exit code from a signal, and nothing of how it knows', async () => {
    await using opened = await openSandbox(driver);
    const shown: string[] = [];
    const onOutput = (text: string): void => void shown.push(text);
    const exited = await openScreen(opened.sandbox, { onOutput });
    exited.type('exit 137\r');
    const killed = await openScreen(opened.sandbox, { onOutput });
    killed.type('kill -KILL $$\r');
    const ends = await Promise.all([exited.terminal.ended, killed.terminal.ended]);
    expect(ends).toEqual([
      { exitCode: 137, signal: null, reason: 'exit' },
      { exitCode: null, signal: 'SIGKILL', reason: 'exit' },
    ]);
    expect(shown.join('').replaceAll(/\u001B\[\?2004[hl]/g, '')).toMatch(
      /^(?:~ \$ |exit 137\r\n|exit\r\n|kill -KILL \$\$\r\n|[\r\n])*$/,
    );
    killed.terminal.write('dropped');
    killed.terminal.resize(10, 10);
  });

  test('leaves nothing when its shell ends by itself', async () => {
    await using opened = await openSandbox(driver);
    const marker = `marker-${randomUUID()}`;
    const screen = await openScreen(opened.sandbox);
    screen.type(`(trap '' HUP TERM; setsid sh -c 'while :; do sleep 1; : ${marker}; done' &)\r`);
    await vi.waitFor(() => expect(processesWith(marker)).not.toEqual([]));
    screen.type('exit\r');
    expect(await screen.terminal.ended).toMatchObject({ reason: 'exit' });
    expect(processesWith(marker)).toEqual([]);
  });

  test('can be closed while the sandbox is paused', async () => {
    await using opened = await openSandbox(driver);
    const screen = await openScreen(opened.sandbox);
    await opened.sandbox.pause();
    await screen.terminal.close();
    expect(await screen.terminal.ended).toMatchObject({ reason: 'closed' });
  });

  test('is refused when no container would be left for what runs beside it', async () => {
    await using opened = await openSandbox(docker({ image, socketPath, containersPerSession: 2 }));
    const first = await openScreen(opened.sandbox);
    await expect(openScreen(opened.sandbox)).rejects.toMatchObject({
      code: 'sandbox_unavailable',
      retryable: true,
    });
    expect(await opened.run('bash', 'echo beside')).toMatchObject({ stdout: 'beside\n' });
    await first.terminal.close();
    await openScreen(opened.sandbox);
  });

  test('ends when its shell is killed for memory', async () => {
    await using opened = await openSandbox(driver);
    const screen = await openScreen(opened.sandbox);
    screen.type('exec python3 -c \'x = bytearray(b"x") * (1 << 30)\'\r');
    const end = { exitCode: null, signal: 'SIGKILL', reason: 'memory-limit' };
    expect(await screen.terminal.ended).toEqual(end);
  });

  test('runs the shell of an image that has no bash', async () => {
    const small = docker({ image: await importBusyboxImage(engine), socketPath });
    await using opened = await openSandbox(small);
    let shown = '';
    // This shell asks the screen where its cursor is, so its prompt is not the last that it writes.
    const onOutput = (text: string): void => void (shown += text);
    const terminal = await opened.sandbox.openTerminal({ cols: 91, rows: 17, onOutput });
    terminal.write('stty size; echo $0\r');
    await vi.waitFor(() => expect(shown).toMatch(/17 91\r\n\/bin\/sh/));
    terminal.write('exit 3\r');
    expect(await terminal.ended).toMatchObject({ exitCode: 3, reason: 'exit' });
  });
});
