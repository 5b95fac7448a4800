import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { bubblewrap } from '../../src/sandbox/index.ts';
import { openScreen } from './screen.ts';
import { shellSuite } from './shell-suite.ts';
import { openSandbox } from './support.ts';

shellSuite(bubblewrap());

describe('without control groups', () => {
  shellSuite(bubblewrap({ cgroups: false }));
});

describe('bubblewrap terminals', () => {
  test('are no descriptor of programs that other sessions start meanwhile', async () => {
    const driver = bubblewrap({ warm: 0 });
    await using mine = await openSandbox(driver);
    await using theirs = await openSandbox(driver);
    await openScreen(theirs.sandbox);
    const listing = 'ls -l /proc/self/fd /proc/$PPID/fd /proc/1/fd';
    const { stdout } = await mine.sandbox.run({ command: listing });
    expect(stdout).toMatch(/pipe|socket/);
    expect(stdout).not.toMatch(/ptmx|pts/);
  });

  test('refuse what would type into them from inside', async () => {
    await using opened = await openSandbox(bubblewrap());
    const screen = await openScreen(opened.sandbox);
    screen.type(`python3 -c 'import fcntl; fcntl.ioctl(0, 0x5412, b"x")'\r`);
    expect(await screen.shows(/Error/)).toMatch(/PermissionError/);
  });

  test('end when they take too much memory', async () => {
    await using opened = await openSandbox(bubblewrap(), { memoryBytes: 67_108_864 });
    const screen = await openScreen(opened.sandbox);
    screen.type(`python3 -c 'x = b"x" * 400_000_000; input()'\r`);
    // By a control group the program alone is killed, and the shell says so; else all of it ends.
    const killed = screen.shows(/Killed|MemoryError/).then(
      () => 'the program',
      () => 'the terminal',
    );
    expect(['the program', 'the terminal']).toContain(await killed);
  });

  test('are not there without the addon, and whoever asks for one is told how to add them', () => {
    const server = fileURLToPath(new URL('./without-pty-process.ts', import.meta.url));
    const out = execFileSync(process.execPath, ['--conditions=ide-assistant-source', server], {
      encoding: 'utf8',
    });
    const fix = 'npm install @lydell/node-pty';
    expect(JSON.parse(out)).toEqual({
      terminal: false,
      shell: true,
      warnings: [expect.stringContaining(fix)],
      refusal: { code: 'sandbox_unavailable', details: { fix } },
      stdout: 'still\n',
    });
  });
});
