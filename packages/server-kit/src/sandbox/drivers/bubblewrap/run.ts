import { once } from 'node:events';
import { RequestError } from '../../../errors.ts';
import { createOutputCollector } from '../../output-collector.ts';
import type { ExecutionOutcome, RunOptions } from '../../sandbox.ts';
import { readChildTimes, readExitStatus, type ExitStatus } from './exit-report.ts';
import type { LaunchSpec } from './launch.ts';
import { processEnd, sendKill } from './process-end.ts';
import type { BubblewrapSetup } from './setup.ts';
import { feed, readable, type WaitingShell } from './waiting-shell.ts';
import { watchRun, type RunWatch } from './watch-run.ts';

type Reason = ExecutionOutcome['reason'];

/** What {@link conduct} takes from a request. */
export interface ConductOptions extends Pick<RunOptions, 'signal' | 'onOutput'> {
  stdin: string | undefined;
}

/**
 * Follows a sandbox that was launched until no process of it is left.
 * @throws {@link RequestError} `sandbox_unavailable` when it did not start.
 */
export async function conduct(
  setup: BubblewrapSetup,
  sandbox: WaitingShell,
  { limits, workspace }: Pick<LaunchSpec, 'limits' | 'workspace'>,
  { stdin, signal, onOutput }: ConductOptions,
): Promise<ExecutionOutcome> {
  const startedAt = performance.now();
  const { child, group, status, report } = sandbox;

  let killedFor: Reason | undefined;
  const kill = (reason: Reason): void => {
    killedFor ??= reason;
    killSandbox(sandbox);
  };
  const output = createOutputCollector({
    outputBytes: limits.outputBytes,
    onOutput,
    onFlood: () => kill('output-limit'),
  });
  readable(child, 1).on('data', (bytes: Buffer) => output.add('stdout', bytes));
  readable(child, 2).on('data', (bytes: Buffer) => output.add('stderr', bytes));
  feed(sandbox, 0, stdin ?? '');

  const deadline = setTimeout(() => kill('timeout'), limits.timeoutMs);
  const onAbort = (): void => kill('cancelled');
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  const watch = watchRun(setup, sandbox, { limits, workspace, onExceeded: kill });
  try {
    await ended(sandbox);
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener('abort', onAbort);
    watch.stop();
  }

  const exit = readExitStatus(status(), report());
  const outOfMemory = (group?.outOfMemoryKills() ?? 0) > 0;
  const reason = killedFor ?? reasonOf(exit, outOfMemory);
  const { stdout, stderr, truncated } = output.finish();
  // bubblewrap ended by itself and the program never began: what it wrote is its own complaint.
  if (reason === 'error' && child.exitCode !== null) throw unavailable(new Error(stderr.trim()));
  return {
    stdout,
    stderr,
    ...statusOf(exit, killedFor),
    reason,
    durationMs: performance.now() - startedAt,
    truncated,
    ...usageOf(sandbox, watch),
  };
}

/**
 * Resolves when a sandbox has ended and no process of it is left.
 * @throws {@link RequestError} `sandbox_unavailable` when it could not even be spawned.
 */
export async function ended({ child, firstProcess }: WaitingShell): Promise<void> {
  try {
    // 'close' rather than 'exit': only then has all output arrived.
    await once(child, 'close');
  } catch (error) {
    throw unavailable(error);
  }
  const first = firstProcess();
  if (first !== undefined) await processEnd(first);
}

/** What a request is told for a sandbox that did not start. */
export function unavailable(cause: unknown): RequestError {
  return new RequestError(
    'sandbox_unavailable',
    'The sandbox did not start. Try again; if it stays so, the server’s log tells the reason.',
    { cause, retryable: true },
  );
}

/** Takes a step of a start; what it throws is told as {@link unavailable}. */
export function attempt<Value>(step: () => Value): Value {
  try {
    return step();
  } catch (error) {
    throw unavailable(error);
  }
}

/**
 * Killing bubblewrap ends its first process by PR_SET_PDEATHSIG, and that one's end takes the whole
 * pid namespace with it. The group as well, for the moment before that signal is asked for, and the
 * first process by itself, for the moment in which it has left the group and not asked for it yet.
 */
export function killSandbox({ child, killFirstProcess }: WaitingShell): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  killFirstProcess();
  sendKill(-child.pid);
}

function reasonOf(exit: ExitStatus | undefined, outOfMemory: boolean): Reason {
  if (outOfMemory && exit?.exitCode !== 0) return 'memory-limit';
  return exit === undefined ? 'error' : 'exit';
}

function statusOf(exit: ExitStatus | undefined, killedFor: Reason | undefined): ExitStatus {
  if (killedFor === undefined && exit !== undefined) return exit;
  return { exitCode: null, signal: 'SIGKILL' };
}

function usageOf(
  { group, report }: WaitingShell,
  watch: RunWatch,
): Pick<ExecutionOutcome, 'cpuMs' | 'peakMemoryBytes'> {
  const cpuMs = group?.cpuMs() ?? readChildTimes(report());
  const peakMemoryBytes = group?.peakBytes() ?? watch.peakBytes();
  return {
    ...(cpuMs !== undefined && { cpuMs }),
    ...(peakMemoryBytes !== undefined && { peakMemoryBytes }),
  };
}
