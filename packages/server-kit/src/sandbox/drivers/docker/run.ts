import { RequestError } from '../../../errors.ts';
import type { SandboxLimits } from '../../limits.ts';
import { createOutputCollector } from '../../output-collector.ts';
import type { ProgramSpec } from '../../program.ts';
import type { ExecutionOutcome, RunOptions } from '../../sandbox.ts';
import { watchWorkspace } from '../../workspace-watch.ts';
import type { Container } from './container.ts';
import { startExec, type ExecEnd } from './exec.ts';
import { hiddenBytes } from './hidden-files.ts';
import { createKiller } from './killer.ts';
import type { Pool } from './pool.ts';
import type { ContainerFacts } from './warden-script.ts';

type Reason = ExecutionOutcome['reason'];

/** A program and what surrounds it. */
export interface RunSpec extends Omit<ProgramSpec, 'environment'> {
  /** Its environment as {@link environmentOf} makes it. */
  environment: readonly string[];
  limits: SandboxLimits;
  /** Host path of the workspace. */
  workspace: string;
}

/** From the order to start a program until it begins, milliseconds. */
const startsWithinMs = 30_000;

/**
 * Runs one program to its end and until no process of it is left. One that does not end by itself
 * ends with its container.
 * @throws {@link RequestError} `sandbox_unavailable` when it did not start.
 */
export async function run(
  pool: Pool,
  spec: RunSpec,
  options: Pick<RunOptions, 'signal' | 'onOutput'>,
): Promise<ExecutionOutcome> {
  const startedAt = performance.now();
  const container = await attempt(() => pool.lease(spec.limits, options.signal));
  if (container === undefined) return notStarted();
  let conducted: Conducted | undefined;
  let gone = false;
  try {
    conducted = await attempt(() => conduct(container, spec, options));
  } finally {
    gone = await pool.release(container, { clean: conducted?.clean ?? false });
  }
  const { outcome } = conducted;
  return {
    ...outcome,
    // The daemon did not say that it ended what had to be ended.
    ...(!gone && { reason: 'error' as const }),
    durationMs: performance.now() - startedAt,
  };
}

/** How a program went, and whether it left the container as it was. */
interface Conducted {
  outcome: Omit<ExecutionOutcome, 'durationMs'>;
  clean: boolean;
}

async function conduct(
  container: Container,
  spec: RunSpec,
  { signal, onOutput }: Pick<RunOptions, 'signal' | 'onOutput'>,
): Promise<Conducted> {
  const { limits, command, environment, stdin } = spec;
  await container.putFiles(spec.files);
  const before = await container.facts();

  const killer = createKiller<Reason>(container);
  const output = createOutputCollector({
    outputBytes: limits.outputBytes,
    onOutput,
    onFlood: () => killer.kill('output-limit'),
  });
  const exec = await startExec(container, {
    command,
    environment,
    cpuSeconds: limits.cpuSeconds,
    input: { terminal: false, text: stdin },
    onOutput: (stream, bytes) => output.add(stream, bytes),
  });

  let deadline = setTimeout(() => killer.kill('error'), startsWithinMs);
  void exec.begun.then((begun) => {
    clearTimeout(deadline);
    if (begun) deadline = setTimeout(() => killer.kill('timeout'), limits.timeoutMs);
  });
  const onAbort = (): void => killer.kill('cancelled');
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  const stopWatch = watchWorkspace({
    root: spec.workspace,
    diskBytes: limits.diskBytes,
    diskFiles: limits.diskFiles,
    hiddenBytes: (device) => hiddenBytes(container, exec, device),
    onExceeded: () => killer.kill('disk-limit'),
  });
  try {
    await killer.settled(exec);
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener('abort', onAbort);
    stopWatch();
  }

  const killedFor = killer.reason();
  if (killedFor === undefined && !(await exec.begun)) throw new Error(exec.complaint());
  const end = killedFor === undefined ? await exec.end() : undefined;
  const reason = killedFor ?? reasonOf(before, end);
  return {
    outcome: {
      ...output.finish(),
      exitCode: end ? end.exitCode : null,
      signal: end ? end.signal : 'SIGKILL',
      reason,
      ...(end && usageOf(before, end.facts)),
    },
    clean: reason === 'exit' && end?.clean === true,
  };
}

function reasonOf(before: ContainerFacts, end: ExecEnd | undefined): Reason {
  if (end === undefined) return 'error';
  const outOfMemory = end.facts.outOfMemoryKills > before.outOfMemoryKills;
  return outOfMemory && end.exitCode !== 0 ? 'memory-limit' : 'exit';
}

/** The peak is that of the container's life, so it is the run's own only when it has grown. */
function usageOf(
  before: ContainerFacts,
  after: ContainerFacts,
): Pick<ExecutionOutcome, 'cpuMs' | 'peakMemoryBytes'> {
  const { cpuMs, peakBytes } = after;
  return {
    ...(cpuMs !== undefined && before.cpuMs !== undefined && { cpuMs: cpuMs - before.cpuMs }),
    ...(peakBytes !== undefined &&
      before.peakBytes !== undefined &&
      peakBytes > before.peakBytes && { peakMemoryBytes: peakBytes }),
  };
}

/** The outcome of a run that was cancelled before it began. */
export function notStarted(): ExecutionOutcome {
  const nothing = { stdout: '', stderr: '', exitCode: null, signal: null };
  return { ...nothing, reason: 'cancelled', durationMs: 0, truncated: false };
}

/**
 * Tells a request of the daemon's errors.
 * @throws {@link RequestError} `sandbox_unavailable`.
 */
export async function attempt<Value>(step: () => Promise<Value>): Promise<Value> {
  try {
    return await step();
  } catch (cause) {
    if (cause instanceof RequestError) throw cause;
    throw new RequestError(
      'sandbox_unavailable',
      'The sandbox did not start. Try again; if it stays so, the server’s log tells the reason.',
      { cause, retryable: true },
    );
  }
}
