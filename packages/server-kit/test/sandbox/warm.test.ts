import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { bubblewrap } from '../../src/sandbox/index.ts';
import { descendants } from '../../src/sandbox/memory-watchdog.ts';
import { openScratch } from '../../src/sandbox/scratch.ts';
import { nothingLeft } from './leftovers.ts';
import { openSandbox, type OpenedSandbox } from './support.ts';

/** Programs that would tell an interpreter that was started ahead from one that was not. */
const programs: readonly [language: string, what: string, code: string][] = [
  ['python', 'its arguments and name', 'import sys; print(__name__, __file__, sys.argv)'],
  ['python', 'the search path', 'import sys; print(sys.path)'],
  ['python', 'its environment', 'import os; print(sorted(os.environ.items()))'],
  ['python', 'its variables', 'print(sorted(globals()))'],
  ['python', 'an error with its traceback', 'def f():\n    raise ValueError("no")\nf()'],
  ['python', 'an error while another is handled', 'try:\n    1 / 0\nexcept Exception:\n    x.y'],
  ['python', 'a mistake in its syntax', 'print(1)\nif x\n'],
  ['python', 'an exit code', 'import sys; print("out"); sys.exit(3)'],
  ['python', 'an exit with a message', 'raise SystemExit("message")'],
  [
    'python',
    'work after its end',
    'import atexit; atexit.register(lambda: print("bye", __name__))',
  ],
  [
    'python',
    'a thread that outlives its end',
    'import threading, time\nname = "kept"\ndef late():\n    time.sleep(0.05); print(name)\nthreading.Thread(target=late).start()',
  ],
  [
    'python',
    'processes of its own',
    'import multiprocessing as m\ndef f(n): return n + 1\nif __name__ == "__main__":\n    with m.get_context("spawn").Pool(1) as p: print(p.map(f, [1]))',
  ],
  ['python', 'its source', 'import inspect\ndef f(): pass\nprint(inspect.getsource(f))'],
  ['python', 'an encoding that it declares', '# coding: latin-1\nprint(len("é"))'],
  ['python', 'its standard input', 'import sys; print(sys.stdin.read().upper())'],
  ['python', 'a module of its directory', 'import helper; print(helper.name)'],
  ['javascript', 'its arguments', 'console.log(process.argv.slice(1), process.execArgv)'],
  ['javascript', 'its main module', 'console.log(require.main === module, __filename, module.id)'],
  ['javascript', 'its variables', 'console.log(Object.keys(globalThis))'],
  ['javascript', 'the modules that are loaded', 'console.log(Object.keys(require.cache))'],
  ['javascript', 'its environment', 'console.log(Object.entries(process.env).sort())'],
  ['javascript', 'an error with its stack', 'function f() { throw new Error("no"); }\nf()'],
  ['javascript', 'a mistake in its syntax', 'console.log(1);\nif (\n'],
  ['javascript', 'an exit code', 'console.log("out"); process.exit(3)'],
  ['javascript', 'its standard input', 'process.stdin.pipe(process.stdout)'],
  ['javascript', 'a module', 'import { name } from "./helper.mjs"; console.log(name)'],
  ['javascript', 'a package', 'console.log(require("pack"))'],
  [
    'javascript',
    'a thread',
    'new (require("node:worker_threads").Worker)("require(\'pack\'); console.log(1)", { eval: true })',
  ],
  ['typescript', 'types', 'const n: number = 1; console.log(n, __filename)'],
];

const driver = bubblewrap();
const request = { fileName: 'app/main', stdin: 'typed', args: ['a', 'b c'] };

const prepare = (opened: OpenedSandbox): void => {
  opened.put('app/helper.py', 'name = "helper"');
  opened.put('app/helper.mjs', 'export const name = "helper"');
  opened.put('node_modules/pack/index.js', 'module.exports = "package"');
};

describe('an interpreter that was started ahead', () => {
  test.each(programs)('runs %s with %s as one that was not', async (language, _, code) => {
    await using cold = await openSandbox(bubblewrap({ warm: 0 }));
    await using warm = await openSandbox(driver);
    for (const opened of [cold, warm]) prepare(opened);
    await warm.run(language, '');
    await startedAhead(warm);
    const [expected, outcome] = [
      await cold.run(language, code, request),
      await warm.run(language, code, request),
    ];
    const { stdout, stderr, exitCode, signal, reason } = outcome;
    expect({
      stdout: comparable(stdout),
      stderr: comparable(stderr),
      exitCode,
      signal,
      reason,
    }).toEqual({
      stdout: comparable(expected.stdout),
      stderr: comparable(expected.stderr),
      exitCode: expected.exitCode,
      signal: expected.signal,
      reason: expected.reason,
    });
    expect(waitingOf(warm)).toBe(0);
  });

  test('carries nothing from one run to the next', async () => {
    await using opened = await openSandbox(driver);
    const code = `
import os, sys, builtins
print(hasattr(builtins, "mark"), os.path.exists("/tmp/mark"), os.getpid())
builtins.mark = open("/tmp/mark", "w")`;
    const outcomes: string[] = [];
    for (let run = 0; run < 3; run++) {
      outcomes.push((await opened.run('python', code)).stdout);
      await startedAhead(opened);
    }
    expect(outcomes.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual(
      Array.from({ length: 3 }, () => 'False False'),
    );
  });

  test('is not used for a run that has other limits', async () => {
    await using opened = await openSandbox(driver);
    const code = 'import resource; print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])';
    await opened.run('python', code);
    await startedAhead(opened);
    const { stdout } = await opened.run('python', code, { limits: { openFiles: 99 } });
    expect(stdout).toBe('99\n');
  });

  test('is there once for each language of a session, and not more often in all than allowed', async () => {
    const two = bubblewrap({ warm: 2 });
    const opened = await Promise.all([openSandbox(two), openSandbox(two), openSandbox(two)]);
    for (const one of opened) await one.run('python', '');
    await startedAhead(opened[2]);
    await vi.waitFor(() => expect(opened.map(waitingOf)).toEqual([0, 1, 1]));
    for (const one of opened) await one[Symbol.asyncDispose]();
  });

  test('ends when its session is paused, and when it is closed', async () => {
    const opened = await openSandbox(driver);
    await opened.run('python', '');
    await startedAhead(opened);
    await opened.sandbox.pause();
    expect(waitingOf(opened)).toBe(0);
    expect(await opened.run('python', 'print(1)')).toMatchObject({ stdout: '1\n' });
    await startedAhead(opened);
    await opened[Symbol.asyncDispose]();
    expect(waitingOf(opened)).toBe(0);
  });

  test('that died is replaced by one that is started then', async () => {
    await using opened = await openSandbox(driver);
    await opened.run('python', '');
    await startedAhead(opened);
    for (const pid of nothingLeft.processesAt(opened.workspace)) process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(waitingOf(opened)).toBe(0));
    expect(await opened.run('python', 'print(1)')).toMatchObject({ stdout: '1\n' });
  });
});

describe('what runs leave on the host', () => {
  test('is nothing: no process, control group, mount, descriptor or file', async () => {
    const own = bubblewrap();
    await own.probe();
    const before = nothingLeft.count();
    const opened = await openSandbox(own);
    await Promise.all([
      opened.run('python', 'print(1)'),
      opened.run('javascript', 'console.log(1)'),
      opened.run('bash', 'sleep 60 & (setsid sleep 60 &)', { limits: { timeoutMs: 2_000 } }),
      opened.run('python', 'while True: pass', { limits: { timeoutMs: 500 } }),
      opened.sandbox.run({ command: 'yes' }),
    ]);
    await opened[Symbol.asyncDispose]();
    expect(nothingLeft.count()).toEqual(before);
  });

  test('is no process when the server is killed, whatever it had running and waiting', async () => {
    const server = fileURLToPath(new URL('./killed-process.ts', import.meta.url));
    const child = spawn(process.execPath, ['--conditions=ide-assistant-source', server], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const workspace = line.toString().trim();
    const before = childrenOf(child.pid!);
    expect(before.length).toBeGreaterThan(8);
    child.kill('SIGKILL');
    await vi.waitFor(() => expect(before.filter(isRunning)).toEqual([]), { timeout: 10_000 });
    rmSync(workspace, { recursive: true });
  });

  test('is cleared by the next server when one was killed', () => {
    const parent = join(tmpdir(), `scratch-${process.pid}`);
    mkdirSync(join(parent, 'ide-assistant-run-4194305-aa'), { recursive: true });
    mkdirSync(join(parent, `ide-assistant-run-${process.pid}-bb`));
    openScratch(parent);
    expect(readdirSync(parent)).toEqual([`ide-assistant-run-${process.pid}-bb`]);
    rmSync(parent, { recursive: true });
  });
});

function childrenOf(pid: number): number[] {
  return descendants(pid).filter((one) => one !== pid);
}

/** Whether it has not ended; one that nobody has reaped yet has. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** How many interpreters wait in a session: its processes while nothing runs. */
function waitingOf({ workspace }: OpenedSandbox): number {
  return nothingLeft.processesAt(workspace, /warm\.(py|cjs)/).length;
}

async function startedAhead(opened: OpenedSandbox | undefined): Promise<void> {
  if (opened === undefined) return;
  await vi.waitFor(() => expect(waitingOf(opened)).toBeGreaterThan(0), { timeout: 10_000 });
}

/** Addresses in memory differ with each process, and Node tells by what part of itself it began. */
function comparable(text: string): string {
  return text.replaceAll(/0x[0-9a-f]+/g, '0x').replaceAll(/^ +at .*\(?node:internal.*\n/gm, '');
}
