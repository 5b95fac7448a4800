import { Worker } from 'node:worker_threads';
import { RequestError } from '../../../errors.ts';
import type { SandboxLimits } from '../../limits.ts';
import { createOutputCollector, floodFactor } from '../../output-collector.ts';
import type { ExecutionOutcome, ExecutionRequest } from '../../sandbox.ts';
import type { WorkerInput, WorkerMessage } from './messages.ts';

type Reason = ExecutionOutcome['reason'];

/** One program for {@link runWorker}. */
export interface WorkerRun {
  code: string;
  fileName: string;
  args: readonly string[];
  limits: SandboxLimits;
  signal?: AbortSignal;
  onOutput?: ExecutionRequest['onOutput'];
}

/** Heap of the thread itself, MiB: room for its messages, none of it for the program. */
const threadHeapMiB = 64;

/**
 * Runs one program in a thread of its own and waits for the thread's end.
 * @throws {@link RequestError} `sandbox_unavailable` when the thread does not start or breaks down.
 */
export async function runWorker(url: URL, run: WorkerRun): Promise<ExecutionOutcome> {
  const startedAt = performance.now();
  const { limits, signal } = run;
  const input: WorkerInput = {
    code: run.code,
    fileName: run.fileName,
    args: run.args,
    memoryBytes: limits.memoryBytes,
    floodBytes: limits.outputBytes * floodFactor,
  };
  let killedFor: Reason | undefined = signal?.aborted ? 'cancelled' : undefined;
  let ended: Extract<WorkerMessage, { kind: 'end' }> | undefined;
  const output = createOutputCollector({
    outputBytes: limits.outputBytes,
    onOutput: run.onOutput,
    onFlood: () => kill('output-limit'),
  });
  if (killedFor !== undefined) return outcome();

  const worker = new Worker(url, {
    workerData: input,
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: threadHeapMiB },
  });
  const deadline = setTimeout(() => kill('timeout'), limits.timeoutMs);
  const onAbort = (): void => kill('cancelled');
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      worker.on('message', (message: WorkerMessage) => {
        if (message.kind === 'end') ended = message;
        else output.add(message.stream, Buffer.from(message.text));
      });
      worker.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') killedFor ??= 'memory-limit';
        else reject(error);
      });
      worker.on('exit', () => resolve());
    });
  } catch (cause) {
    throw new RequestError('sandbox_unavailable', 'The sandbox did not start. Try again.', {
      cause,
      retryable: true,
    });
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener('abort', onAbort);
  }
  return outcome();

  function kill(reason: Reason): void {
    killedFor ??= reason;
    // Nobody waits here: the thread's exit is what settles the run.
    void worker.terminate();
  }

  function outcome(): ExecutionOutcome {
    const { stdout, stderr, truncated } = output.finish();
    return {
      stdout,
      stderr,
      exitCode: killedFor === undefined ? (ended?.exitCode ?? null) : null,
      signal: null,
      reason: killedFor ?? ended?.reason ?? 'error',
      durationMs: performance.now() - startedAt,
      truncated,
    };
  }
}
