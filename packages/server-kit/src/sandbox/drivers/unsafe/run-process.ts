import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { RequestError } from '../../../errors.ts';
import type { SandboxLimits } from '../../limits.ts';
import { createOutputCollector } from '../../output-collector.ts';
import type { ExecutionOutcome, RunOptions } from '../../sandbox.ts';
import type { Owner } from '../../session-owner.ts';
import { canWatchMemory, watchMemory, type MemoryWatch } from '../../memory-watchdog.ts';

/** A program of this machine. */
export interface HostProcess {
  command: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** Absolute path. */
  directory: string;
  /** Who runs it; `undefined`: the server's user. */
  owner: Owner | undefined;
  stdin: string | undefined;
}

/**
 * How long a pipe may stay open after the program has ended, milliseconds: by then only a process
 * that has left the program's group can hold it, and that one may live for ever.
 */
const closeMs = 500;

/**
 * Runs a program to its end, and kills what is left of its process group.
 * @throws {@link RequestError} `sandbox_unavailable` when it does not start.
 */
export async function runProcess(
  { command, environment, directory, owner, stdin = '' }: HostProcess,
  limits: SandboxLimits,
  { signal, onOutput }: Pick<RunOptions, 'signal' | 'onOutput'>,
): Promise<ExecutionOutcome> {
  const startedAt = performance.now();
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    cwd: directory,
    env: environment,
    stdio: 'pipe',
    windowsHide: true,
    // A group of its own, by which all of it is killed. Windows has trees instead.
    detached: process.platform !== 'win32',
    ...owner,
  });

  let killedFor: ExecutionOutcome['reason'] | undefined;
  const kill = (reason: ExecutionOutcome['reason']): void => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    killedFor ??= reason;
    killAll(child);
  };
  const output = createOutputCollector({
    outputBytes: limits.outputBytes,
    onOutput,
    onFlood: () => kill('output-limit'),
  });
  child.stdout.on('data', (bytes: Buffer) => output.add('stdout', bytes));
  child.stderr.on('data', (bytes: Buffer) => output.add('stderr', bytes));
  // A program may end before it has read all that it was given.
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);

  const deadline = setTimeout(() => kill('timeout'), limits.timeoutMs);
  const onAbort = (): void => kill('cancelled');
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  const memory = watch(child, limits, () => kill('memory-limit'));
  try {
    await ended(child);
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener('abort', onAbort);
    memory?.stop();
  }

  const peakMemoryBytes = memory?.peakBytes();
  return {
    ...output.finish(),
    ...(killedFor === undefined
      ? { exitCode: child.exitCode, signal: child.signalCode, reason: 'exit' }
      : { exitCode: null, signal: 'SIGKILL', reason: killedFor }),
    durationMs: performance.now() - startedAt,
    ...(peakMemoryBytes !== undefined && { peakMemoryBytes }),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close');
  const exited = once(child, 'exit');
  try {
    // A failed start is followed by no exit.
    await Promise.race([exited, closed]);
  } catch (cause) {
    // Both fail by the same error; this one has told it.
    closed.catch(() => undefined);
    exited.catch(() => undefined);
    throw new RequestError(
      'sandbox_unavailable',
      'The program could not be started. Try again; if it stays so, the server’s log tells why.',
      { cause, retryable: true },
    );
  }
  // Of Windows' trees nothing is known any more.
  if (process.platform !== 'win32') killAll(child);
  const patience = setTimeout(() => {
    child.stdout?.destroy();
    child.stderr?.destroy();
  }, closeMs);
  await closed;
  clearTimeout(patience);
}

/** Kills the program with all of its group; one that has ended may have left others in there. */
function killAll({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    execFile('taskkill', ['/pid', `${pid}`, '/t', '/f'], () => undefined);
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // Nothing of the group is left; or, on macOS, nothing but zombies.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

function watch(
  { pid }: ChildProcess,
  { memoryBytes }: SandboxLimits,
  onExceeded: () => void,
): MemoryWatch | undefined {
  if (pid === undefined || !canWatchMemory()) return undefined;
  return watchMemory({ rootPid: pid, memoryBytes, onExceeded });
}
