/**
 * Running code in the sandbox beside running it as it is: the same interpreter and the same
 * program, in turn, each as soon as the one before has ended and the machine has come to rest.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bubblewrap, sessionOwner, type Sandbox } from '@ide-assistant/server-kit';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 31);
const sessions = 50;
/** What is started ahead is ready by then, milliseconds. */
const restMs = 150;
const base = mkdtempSync(join(tmpdir(), 'ide-bench-'));
// As a kit makes the directory of workspaces: one that is closed costs each run further mounts.
chmodSync(base, 0o711);

interface Opened {
  sandbox: Sandbox;
  close(): Promise<void>;
}

try {
  await times();
  await pauses();
  await memory();
} finally {
  rmSync(base, { recursive: true, force: true });
}

/** How long a program takes from being asked for to the last process gone. */
async function times(): Promise<void> {
  const cold = await open('cold', bubblewrap({ warm: 0 }));
  const warm = await open('warm', bubblewrap());
  const cases = {
    'python, plain spawn': () => plainly('/usr/bin/python3', ['-c', 'print(1)']),
    'python, cold': () => inside(cold, 'python', 'print(1)'),
    'python, warm': () => inside(warm, 'python', 'print(1)'),
    'node, plain spawn': () => plainly(process.execPath, ['-e', 'console.log(1)']),
    'node, cold': () => inside(cold, 'javascript', 'console.log(1)'),
    'node, warm': () => inside(warm, 'javascript', 'console.log(1)'),
    'shell, plain spawn': () => plainly('/bin/sh', ['-c', 'echo 1']),
    'shell, cold': () => inside(cold, 'bash', 'echo 1'),
  };
  type Case = keyof typeof cases;
  const results = Object.fromEntries(
    Object.keys(cases).map((name) => [name, [] as number[]]),
  ) as Record<Case, number[]>;
  for (let round = -1; round < rounds; round++) {
    for (const name of Object.keys(cases) as Case[]) {
      await delay(restMs);
      const ms = await cases[name]();
      // The first round finds nothing started ahead and every cache empty.
      if (round >= 0) results[name].push(ms);
    }
  }
  await cold.close();
  await warm.close();

  for (const name of Object.keys(cases) as Case[]) {
    console.log(`${name.padEnd(20)} p50 ${median(results[name]).toFixed(1)} ms`);
  }
  const ratio = (name: Case, peer: Case, goal?: string): void => {
    const value = median(results[name].map((ms, round) => ms / results[peer][round]!));
    console.log(`${name} / plain spawn: ${value.toFixed(2)}${goal ? ` (goal ≤ ${goal})` : ''}`);
  };
  ratio('python, cold', 'python, plain spawn', '1.5');
  ratio('python, warm', 'python, plain spawn', '1.0');
  ratio('node, cold', 'node, plain spawn');
  ratio('node, warm', 'node, plain spawn', '0.4');
  ratio('shell, cold', 'shell, plain spawn');
}

/** What it costs to stop a session in which a terminal is busy, and to let it go on. */
async function pauses(): Promise<void> {
  for (const [name, driver] of [
    ['control group', bubblewrap()],
    ['signals', bubblewrap({ cgroups: false })],
  ] as const) {
    const opened = await open(`pause-${name.length}`, driver);
    const terminal = await opened.sandbox.openTerminal({
      cols: 80,
      rows: 24,
      onOutput: () => undefined,
    });
    terminal.write('while :; do :; done\r');
    const pausing: number[] = [];
    const resuming: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await delay(10);
      pausing.push(await timed(() => opened.sandbox.pause()));
      resuming.push(await timed(() => opened.sandbox.resume()));
    }
    console.log(
      `a busy terminal by ${name}: pause p50 ${median(pausing).toFixed(2)} ms, resume p50 ${median(resuming).toFixed(2)} ms`,
    );
    await opened.close();
  }
}

/** What fifty sessions hold while nothing runs in them. */
async function memory(): Promise<void> {
  const driver = bubblewrap();
  const before = held();
  const opened: Opened[] = [];
  for (let index = 0; index < sessions; index++) {
    const one = await open(`session-${index}`, driver);
    await inside(one, 'python', 'print(1)');
    opened.push(one);
  }
  await delay(restMs);
  const each = (when: string): void => {
    const now = held();
    const kib = (bytes: number): string => (bytes / 1_024 / sessions).toFixed(0);
    console.log(
      `${sessions} sessions, ${when}: ${kib(now.processes - before.processes)} KiB of processes and ${kib(now.server - before.server)} KiB of the server each`,
    );
  };
  each('at rest after a run, 16 interpreters started ahead');
  await Promise.all(opened.map(({ sandbox }) => sandbox.pause()));
  await delay(restMs);
  each('paused');
  const size = { cols: 80, rows: 24, onOutput: () => undefined };
  for (const { sandbox } of opened) await sandbox.openTerminal(size);
  each('with a terminal');
  await Promise.all(opened.map(({ sandbox }) => sandbox.pause()));
  each('with a terminal, paused');
  await Promise.all(opened.map(({ close }) => close()));
  await delay(restMs);
  each('closed');
}

async function open(name: string, driver: ReturnType<typeof bubblewrap>): Promise<Opened> {
  const root = mkdtempSync(join(base, `${name}-`));
  const owner = sessionOwner(name);
  if (owner) chownSync(root, owner.uid, owner.gid);
  const sandbox = await driver.open({ sessionId: name, workspace: { root } });
  return { sandbox, close: () => Promise.resolve(sandbox[Symbol.asyncDispose]()) };
}

function inside({ sandbox }: Opened, language: string, code: string): Promise<number> {
  return timed(async () => {
    const { stdout, stderr } = await sandbox.run({ language, code });
    if (stdout !== '1\n') throw new Error(`The program did not do its work: ${stderr}`);
  });
}

function plainly(program: string, args: readonly string[]): Promise<number> {
  return timed(async () => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.resume();
    child.stderr.resume();
    await once(child, 'close');
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await work();
  return performance.now() - since;
}

/** Memory of the server, and of all that it has started by each one's share, bytes. */
function held(): { server: number; processes: number } {
  globalThis.gc?.();
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isDescendant(Number(name)))
    .map((pid) => Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0))
    .reduce((sum, kib) => sum + kib * 1_024, 0);
  return { server: process.memoryUsage().rss, processes };
}

function isDescendant(pid: number): boolean {
  for (let at = pid; at > 1;) {
    const stat = read(`/proc/${at}/stat`);
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
    if (parent === process.pid) return true;
    at = parent;
  }
  return false;
}

/** A process may end between being listed and being looked at. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
