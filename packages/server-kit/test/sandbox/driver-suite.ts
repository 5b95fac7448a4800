import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SandboxDriver } from '../../src/sandbox/index.ts';
import { openSandbox, type OpenedSandbox } from './support.ts';

/** What a driver cannot do, and is asked to say so instead. */
export interface DriverSuiteOptions {
  stdin: boolean;
  /** Whether the two output streams arrive in the order in which they were written. @default true */
  ordered?: boolean;
  /** Languages of the kit that must be refused with the line that mends it. */
  missing: readonly string[];
}

const endless = 'console.log("begun"); for (;;);';

/** What every driver promises, on the language that all of them have. */
export function driverSuite(
  driver: SandboxDriver,
  { stdin, ordered = true, missing }: DriverSuiteOptions,
): void {
  describe(`the ${driver.name} driver`, () => {
    let opened: OpenedSandbox;
    beforeAll(async () => {
      opened = await openSandbox(driver);
    });
    afterAll(() => opened?.[Symbol.asyncDispose]());

    test('gives what a program prints and its exit code', async () => {
      expect(await opened.run('javascript', 'console.log("héllo", 1 + 1)')).toMatchObject({
        stdout: 'héllo 2\n',
        stderr: '',
        exitCode: 0,
        signal: null,
        reason: 'exit',
        truncated: false,
      });
    });

    test('runs TypeScript', async () => {
      const outcome = await opened.run('ts', 'const n: number = 41; console.log(n + 1);');
      expect(outcome).toMatchObject({ stdout: '42\n', stderr: '', exitCode: 0 });
    });

    test('tells what is wrong with TypeScript that has no plain form', async () => {
      const outcome = await opened.run('typescript', 'enum Colour { Red }');
      expect(outcome).toMatchObject({ exitCode: 1, reason: 'exit' });
      expect(outcome.stderr).toMatch(/enum/);
    });

    test('keeps the two streams apart', async () => {
      const outcome = await opened.run('javascript', 'console.error("bad"); console.log("good")');
      expect(outcome).toMatchObject({ stdout: 'good\n', stderr: 'bad\n' });
    });

    test('passes on the exit code that a program chooses', async () => {
      const outcome = await opened.run('javascript', 'try { process.exit(137) } catch {}');
      expect(outcome).toMatchObject({ exitCode: 137, signal: null, reason: 'exit' });
    });

    test('ends with code 1 and the message when an error is not caught', async () => {
      const outcome = await opened.run('javascript', 'await 0; throw new Error("no luck")');
      expect(outcome).toMatchObject({ exitCode: 1, reason: 'exit' });
      expect(outcome.stderr).toContain('Error: no luck');
    });

    test('waits for timers and promises', async () => {
      const code = 'setTimeout(() => Promise.resolve("late").then(console.log), 5)';
      expect(await opened.run('javascript', code)).toMatchObject({ stdout: 'late\n' });
    });

    test('gives the program its arguments', async () => {
      const args = ['a b', '', 'ü'];
      const outcome = await opened.run(
        'javascript',
        'console.log(JSON.stringify(process.argv.slice(2)))',
        {
          args,
        },
      );
      expect(outcome.stdout).toBe('["a b","","ü"]\n');
    });

    test('streams output while the program runs', async () => {
      const pieces: string[] = [];
      const stop = new AbortController();
      const outcome = await opened.run('javascript', endless, {
        signal: stop.signal,
        onOutput({ stream, text }) {
          pieces.push(`${stream}: ${text}`);
          stop.abort();
        },
      });
      expect(pieces).toEqual(['stdout: begun\n']);
      expect(outcome).toMatchObject({ stdout: 'begun\n', exitCode: null, reason: 'cancelled' });
    });

    test('does not start a run that was cancelled before', async () => {
      const outcome = await opened.run('javascript', 'console.log(1)', {
        signal: AbortSignal.abort(),
      });
      expect(outcome).toMatchObject({ stdout: '', exitCode: null, reason: 'cancelled' });
    });

    test('kills a program at its deadline and keeps what it had printed', async () => {
      const outcome = await opened.run('javascript', endless, { limits: { timeoutMs: 1_500 } });
      expect(outcome).toMatchObject({ stdout: 'begun\n', exitCode: null, reason: 'timeout' });
      expect(outcome.durationMs).toBeGreaterThanOrEqual(1_500);
    });

    test('cuts output at its limit in bytes and lets the program finish', async () => {
      const code = 'console.log("€".repeat(20_000)); console.error("dropped"); process.exit(5)';
      const outcome = await opened.run('javascript', code);
      expect(outcome).toMatchObject({ truncated: true, exitCode: 5, reason: 'exit' });
      const early = ordered ? 0 : Buffer.byteLength(outcome.stderr);
      expect(Buffer.byteLength(outcome.stderr)).toBe(early);
      const left = 51_200 - early;
      expect(Buffer.byteLength(outcome.stdout)).toBe(left - (left % 3));
      expect(outcome.stdout).toMatch(/^€+$/);
    });

    test('kills a program that floods', async () => {
      const code =
        'const write = () => { console.log("x".repeat(5_000)); setTimeout(write) }; write()';
      const outcome = await opened.run('javascript', code);
      expect(outcome).toMatchObject({ truncated: true, exitCode: null, reason: 'output-limit' });
      expect(Buffer.byteLength(outcome.stdout)).toBe(51_200);
    });

    test('stops a program that takes too much memory', async () => {
      const code = 'const held = []; for (;;) held.push(new Uint8Array(1 << 20).fill(1))';
      const outcome = await opened.run('javascript', code, {
        limits: { memoryBytes: 134_217_728 },
      });
      expect(outcome.reason).toBe('memory-limit');
    });

    test('keeps programs that run at once apart', async () => {
      const outcomes = await Promise.all(
        ['one', 'two', 'three'].map((word) => opened.run('javascript', `console.log("${word}")`)),
      );
      expect(outcomes.map(({ stdout }) => stdout)).toEqual(['one\n', 'two\n', 'three\n']);
    });

    test('gives the program its standard input, or refuses rather than drop it', async () => {
      const code = 'process.stdin.pipe(process.stdout)';
      const running = opened.run('javascript', code, { stdin: 'línea\n'.repeat(1_000) });
      const settled = await running.then(
        ({ stdout }) => stdout,
        (error: { code: string }) => error.code,
      );
      expect(settled).toBe(stdin ? 'línea\n'.repeat(1_000) : 'sandbox_unavailable');
    });

    test('refuses an unknown language and lists those that work', async () => {
      const running = opened.run('cobol', 'DISPLAY 1.');
      await expect(running).rejects.toMatchObject({
        code: 'unsupported_language',
        details: { languages: expect.arrayContaining(['javascript', 'typescript']) },
      });
    });

    test.each(missing)('refuses %s with the line that adds it', async (language) => {
      await expect(opened.run(language, '')).rejects.toMatchObject({
        code: 'sandbox_unavailable',
        details: { fix: 'apt-get install bubblewrap' },
      });
    });

    test.each(['../main.js', '/etc/main.js', 'a//b.js', 'a\0.js', 'a\\b.js'])(
      'refuses the file name %j',
      async (fileName) => {
        const running = opened.run('javascript', '', { fileName });
        await expect(running).rejects.toMatchObject({ code: 'invalid_message' });
      },
    );

    test('kills what runs when it is disposed, and runs nothing afterwards', async () => {
      const other = await openSandbox(driver);
      const begun = Promise.withResolvers<void>();
      const running = other.run('javascript', endless, { onOutput: () => begun.resolve() });
      await begun.promise;
      await other[Symbol.asyncDispose]();
      expect((await running).reason).toBe('cancelled');
      await expect(other.run('javascript', '')).rejects.toMatchObject({
        code: 'sandbox_unavailable',
      });
    });

    test('reports each protection with its level and means', async () => {
      const probe = await driver.probe();
      if (!probe.usable) throw new Error(probe.reason);
      for (const { level, by } of Object.values(probe.capabilities.protections)) {
        expect(['enforced', 'best-effort', 'absent']).toContain(level);
        expect(by).not.toBe('');
      }
    });
  });
}
