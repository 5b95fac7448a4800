import { randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { SandboxDriver } from '../../src/sandbox/index.ts';
import { processesWith } from './attacks.ts';
import { openScreen } from './screen.ts';
import { openSandbox, type OpenedSandbox } from './support.ts';

/** What every driver with a shell promises: commands, terminals and pause. */
export function shellSuite(driver: SandboxDriver): void {
  describe(`the shell of the ${driver.name} driver`, () => {
    let opened: OpenedSandbox;
    beforeAll(async () => {
      opened = await openSandbox(driver);
    });
    afterAll(() => opened?.[Symbol.asyncDispose]());
    const { run } = {
      run: (command: string, directory?: string) =>
        opened.sandbox.run({ command, ...(directory !== undefined && { directory }) }),
    };

    test('runs the compatibility set: threads, child processes, sqlite and pipes', async () => {
      const python = `
import asyncio, multiprocessing, sqlite3, subprocess, tempfile, threading
def square(n): return n * n
with multiprocessing.Pool(2) as pool: print(pool.map(square, [1, 2]))
print(asyncio.run(asyncio.sleep(0, "async")), sqlite3.connect(":memory:").execute("select 1").fetchone())
print(subprocess.run(["sh", "-c", "echo child | cat"], capture_output=True, text=True).stdout, end="")
with tempfile.TemporaryFile() as f: f.write(b"x")`;
      const node = `
import { Worker } from "node:worker_threads";
import { execFileSync } from "node:child_process";
process.stdout.write(execFileSync("echo", ["child"]));
new Worker("console.log('worker')", { eval: true });`;
      const byPython = await opened.run('python', python);
      expect(byPython).toMatchObject({ stderr: '', stdout: '[1, 4]\nasync (1,)\nchild\n' });
      expect(await opened.run('javascript', node)).toMatchObject({ stdout: 'child\nworker\n' });
    });

    describe('a command', () => {
      test('has its errors among its output, in their order', async () => {
        const outcome = await run('echo one; echo two >&2; echo three; (exit 3)');
        expect(outcome).toMatchObject({ stdout: 'one\ntwo\nthree\n', stderr: '', exitCode: 3 });
      });

      test('tells where its shell ended, from where the next one starts', async () => {
        const { directory } = await run('mkdir -p "a b/c" && cd "a b/c"');
        expect(directory).toBe('a b/c');
        expect(await run('pwd', directory)).toMatchObject({
          stdout: '/workspace/a b/c\n',
          directory: 'a b/c',
        });
      });

      test('tells no directory when its shell ended outside of the workspace', async () => {
        expect((await run('cd /tmp')).directory).toBeUndefined();
        expect((await run('cd /')).directory).toBeUndefined();
      });

      test('says what is wrong when it is to start in a directory that is not there', async () => {
        const outcome = await run('echo never', 'gone');
        expect(outcome).toMatchObject({ exitCode: 1 });
        expect(outcome.stdout).toMatch(/gone/);
        expect(outcome.stdout).not.toMatch(/never/);
      });

      test.each(['..', 'a/../..', '/etc', 'a\0b'])(
        'may not start in %j, which is no place in the workspace',
        async (directory) => {
          await expect(run('pwd', directory)).rejects.toMatchObject({ code: 'invalid_message' });
        },
      );

      test('may span lines and hold every kind of quotation mark', async () => {
        const outcome = await run(
          `printf '%s\\n' "it's" 'a "b"' \\$x\nfor i in 1 2; do\n echo $i\ndone`,
        );
        expect(outcome.stdout).toBe('it\'s\na "b"\n$x\n1\n2\n');
      });

      test('leaves nothing running', async () => {
        const marker = `marker-${randomUUID()}`;
        await run(`(setsid sh -c 'sleep 60; : ${marker}' >/dev/null 2>&1 &)`);
        expect(processesWith(marker)).toEqual([]);
      });
    });

    describe('a terminal', () => {
      test('shows a prompt, runs what is typed and tells the exit code', async () => {
        const screen = await openScreen(opened.sandbox);
        screen.type('echo sum: $((20 + 22))\r');
        await screen.shows(/sum: 42\r\n/);
        screen.type('exit 7\r');
        expect(await screen.terminal.ended).toEqual({ exitCode: 7, signal: null, reason: 'exit' });
      });

      test('starts in the workspace, of which it sees the files', async () => {
        opened.put('seen.txt', 'from the host');
        const screen = await openScreen(opened.sandbox);
        screen.type('pwd; cat seen.txt; echo typed > typed.txt\r');
        await screen.shows(/\/workspace\r\n[^]*from the host[^]*\$ $/);
        await screen.terminal.close();
        expect(readFileSync(join(opened.workspace, 'typed.txt'), 'utf8')).toBe('typed\n');
      });

      test('has the size that it was given and the one that it is changed to', async () => {
        const screen = await openScreen(opened.sandbox, { cols: 100, rows: 30 });
        screen.type('stty size\r');
        await screen.shows(/30 100\r\n/);
        screen.terminal.resize(120, 40);
        screen.type('stty size\r');
        expect(await screen.shows(/ 120\r\n/)).toMatch(/40 120/);
        await screen.terminal.close();
      });

      test('interrupts a program by Ctrl-C and stops one by Ctrl-Z, to go on later', async () => {
        const screen = await openScreen(opened.sandbox);
        // The program itself says that it has begun: by then it is the one that has the keyboard.
        screen.type(`sh -c 'echo waiting; exec sleep 100'\r`);
        await screen.shows(/[\r\n]waiting\r\n/);
        screen.type('\x03');
        await screen.shows(/\^C[^]*\$ $/);
        screen.type(`sh -c 'echo again; exec sleep 100'\r`);
        await screen.shows(/[\r\n]again\r\n/);
        screen.type('\x1a');
        expect(await screen.shows(/Stopped[^]*\$ $/)).toMatch(/sleep 100/);
        screen.type('fg\r');
        await screen.shows(/[\r\n]sh -c .*sleep 100'\r\n/);
        await screen.terminal.close();
      });

      test('leaves nothing running when it is closed', async () => {
        const marker = `marker-${randomUUID()}`;
        const screen = await openScreen(opened.sandbox);
        screen.type(`(setsid sh -c 'trap "" HUP TERM; sleep 60; : ${marker}' &); echo ready\r`);
        await screen.shows(/[\r\n]ready\r\n/);
        await screen.terminal.close();
        expect(await screen.terminal.ended).toEqual({
          exitCode: null,
          signal: 'SIGKILL',
          reason: 'closed',
        });
        expect(processesWith(marker)).toEqual([]);
      });

      test('waits for a reader who is slow, and loses nothing', async () => {
        const gate = Promise.withResolvers<void>();
        let bytes = 0;
        let waiting = false;
        const screen = await openScreen(opened.sandbox, {
          onOutput(text) {
            bytes += text.length;
            return waiting ? gate.promise : undefined;
          },
        });
        waiting = true;
        screen.type('seq 1 100000; echo finished > finished\r');
        await vi.waitFor(() => expect(bytes).toBeGreaterThan(0));
        const shownAll = screen.shows(/\n100000\r\n/);
        expect(() => statSync(join(opened.workspace, 'finished'))).toThrow('ENOENT');
        waiting = false;
        gate.resolve();
        const shown = await shownAll;
        expect(shown.match(/^\d+\r$/gm)).toHaveLength(100_000);
        await screen.terminal.close();
      });

      test('takes a long paste whole', async () => {
        const screen = await openScreen(opened.sandbox);
        screen.type('cat > pasted\r');
        await screen.shows(/pasted/);
        screen.type(`${'0123456789abcde\n'.repeat(8_000)}\x04`);
        await screen.shows(/\$ $/);
        await screen.terminal.close();
        expect(statSync(join(opened.workspace, 'pasted')).size).toBe(128_000);
      });

      test('ends with its sandbox', async () => {
        const other = await openSandbox(driver);
        const screen = await openScreen(other.sandbox);
        await other[Symbol.asyncDispose]();
        expect(await screen.terminal.ended).toMatchObject({ reason: 'closed' });
      });
    });

    describe('a paused sandbox', () => {
      /** A file to which a program in the terminal adds all the time. */
      const ticking = async (other: OpenedSandbox) => {
        const screen = await openScreen(other.sandbox);
        screen.type('while :; do echo x >> ticks; sleep 0.01; done &\r');
        const size = (): number =>
          statSync(join(other.workspace, 'ticks'), { throwIfNoEntry: false })?.size ?? 0;
        const grows = async (): Promise<void> => {
          const before = size();
          await vi.waitFor(() => expect(size()).toBeGreaterThan(before), { timeout: 10_000 });
        };
        await grows();
        return { screen, size, grows };
      };

      test('has its processes stand still until it is resumed', async () => {
        await using other = await openSandbox(driver);
        const { size, grows } = await ticking(other);
        await other.sandbox.pause();
        expect(other.sandbox.state).toBe('paused');
        const still = size();
        // Time in which the program would have written twenty times.
        await new Promise((resolve) => setTimeout(resolve, 200));
        expect(size()).toBe(still);
        await other.sandbox.resume();
        expect(other.sandbox.state).toBe('active');
        await grows();
      });

      test('goes on by itself when something is typed', async () => {
        await using other = await openSandbox(driver);
        const { screen, grows } = await ticking(other);
        await other.sandbox.pause();
        screen.type('echo awake\r');
        await screen.shows(/[\r\n]awake\r\n/);
        expect(other.sandbox.state).toBe('active');
        await grows();
      });

      test('goes on by itself when a program is to run', async () => {
        await using other = await openSandbox(driver);
        const { grows } = await ticking(other);
        await other.sandbox.pause();
        expect(await other.sandbox.run({ command: 'echo ran' })).toMatchObject({ stdout: 'ran\n' });
        await grows();
      });

      test('is not paused while a program runs', async () => {
        await using other = await openSandbox(driver);
        const begun = Promise.withResolvers<void>();
        const stop = new AbortController();
        const running = other.sandbox.run({
          command: 'echo begun; sleep 60',
          signal: stop.signal,
          onOutput: () => begun.resolve(),
        });
        await begun.promise;
        await other.sandbox.pause();
        expect(other.sandbox.state).toBe('active');
        stop.abort();
        expect(await running).toMatchObject({ reason: 'cancelled' });
      });

      test('is disposed of as it is, and leaves nothing running', async () => {
        const marker = `marker-${randomUUID()}`;
        const other = await openSandbox(driver);
        const screen = await openScreen(other.sandbox);
        screen.type(`sh -c 'sleep 60; : ${marker}' & echo ready\r`);
        await screen.shows(/[\r\n]ready\r\n/);
        await other.sandbox.pause();
        await other[Symbol.asyncDispose]();
        expect(processesWith(marker)).toEqual([]);
        expect(other.sandbox.state).toBe('disposed');
      });
    });
  });
}
