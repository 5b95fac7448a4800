import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { RequestError } from '../../../errors.ts';
import { createOutputCollector } from '../../output-collector.ts';
import type { ExecutionOutcome, ExecutionRequest } from '../../sandbox.ts';
import { readExitStatus, readSandboxPid, type ExitStatus } from './exit-report.ts';
import { launch, type Launched, type LaunchSpec } from './launch.ts';
import { watchMemory } from './memory-watchdog.ts';
import { processEnd, processHandle, type ProcessHandle } from './process-end.ts';
import type { BubblewrapSetup } from './setup.ts';

type Reason = ExecutionOutcome['reason'];

/** What {@link run} takes from a request. */
export type RunOptions = Pick<ExecutionRequest, 'signal' | 'onOutput'>;

/** More than this of a status or a report is not kept; both are a few lines. */
const reportBytes = 4_096;

/**
 * Runs one command in a sandbox of its own and waits until no process of it is left.
 * @throws {@link RequestError} `sandbox_unavailable` when the sandbox did not start.
 */
export async function run(
  setup: BubblewrapSetup,
  spec: LaunchSpec,
  { signal, onOutput }: RunOptions,
): Promise<ExecutionOutcome> {
  const startedAt = performance.now();
  const { limits } = spec;
  if (signal?.aborted) return notStarted();

  const group = attempt(() => setup.cgroups?.create(limits));
  try {
    const launched = attempt(() => launch(setup, spec, group?.joinFiles ?? []));
    const { child } = launched;

    let killedFor: Reason | undefined;
    const kill = (reason: Reason): void => {
      killedFor ??= reason;
      killGroup(launched);
    };
    const output = createOutputCollector({
      outputBytes: limits.outputBytes,
      onOutput,
      onFlood: () => kill('output-limit'),
    });
    launched.stdout.on('data', (bytes: Buffer) => output.add('stdout', bytes));
    launched.stderr.on('data', (bytes: Buffer) => output.add('stderr', bytes));
    const report = gather(launched.report);
    let first: ProcessHandle | undefined;
    const status = gather(launched.status, (text) => {
      const pid = first === undefined ? readSandboxPid(text) : undefined;
      if (pid !== undefined) first = processHandle(pid);
    });

    const deadline = setTimeout(() => kill('timeout'), limits.timeoutMs);
    const onAbort = (): void => kill('cancelled');
    signal?.addEventListener('abort', onAbort, { once: true });
    const stopWatch =
      setup.watched && child.pid !== undefined
        ? watchMemory({
            rootPid: child.pid,
            memoryBytes: limits.memoryBytes,
            onExceeded: () => kill('memory-limit'),
          })
        : () => {};
    try {
      // 'close' rather than 'exit': only then has all output arrived.
      await once(child, 'close');
    } catch (error) {
      throw unavailable(error);
    } finally {
      clearTimeout(deadline);
      signal?.removeEventListener('abort', onAbort);
      stopWatch();
    }
    if (first !== undefined) await processEnd(first);

    const ended = readExitStatus(status(), report());
    const outOfMemory = (group?.outOfMemoryKills() ?? 0) > 0;
    const reason = killedFor ?? reasonOf(ended, outOfMemory);
    const { stdout, stderr, truncated } = output.finish();
    // bubblewrap ended by itself and the program never began: what it wrote is its own complaint.
    if (reason === 'error' && child.exitCode !== null) throw unavailable(new Error(stderr.trim()));
    return {
      stdout,
      stderr,
      ...statusOf(ended, killedFor),
      reason,
      durationMs: performance.now() - startedAt,
      truncated,
    };
  } finally {
    await group?.remove();
  }
}

function notStarted(): ExecutionOutcome {
  const nothing = { stdout: '', stderr: '', exitCode: null, signal: null };
  return { ...nothing, reason: 'cancelled', durationMs: 0, truncated: false };
}

function attempt<Value>(step: () => Value): Value {
  try {
    return step();
  } catch (error) {
    throw unavailable(error);
  }
}

function unavailable(cause: unknown): RequestError {
  return new RequestError(
    'sandbox_unavailable',
    'The sandbox did not start. Try again; if it stays so, the server’s log tells the reason.',
    { cause, retryable: true },
  );
}

/**
 * Killing bubblewrap ends its first process by PR_SET_PDEATHSIG, and that one's end takes the whole
 * pid namespace with it. The group as well, for the moment before that signal is asked for.
 */
function killGroup({ child }: Launched): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // It ended on its own just now.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Keeps the beginning of a short text stream; the function returned gives what came so far. */
function gather(stream: Readable, onText?: (text: string) => void): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (piece: string) => {
    if (text.length < reportBytes) text += piece.slice(0, reportBytes - text.length);
    onText?.(text);
  });
  return () => text;
}

function reasonOf(ended: ExitStatus | undefined, outOfMemory: boolean): Reason {
  if (outOfMemory && ended?.exitCode !== 0) return 'memory-limit';
  return ended === undefined ? 'error' : 'exit';
}

function statusOf(ended: ExitStatus | undefined, killedFor: Reason | undefined): ExitStatus {
  if (killedFor === undefined && ended !== undefined) return ended;
  return { exitCode: null, signal: 'SIGKILL' };
}
