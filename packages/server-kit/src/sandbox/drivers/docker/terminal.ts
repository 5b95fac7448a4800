import { StringDecoder } from 'node:string_decoder';
import type { SandboxLimits } from '../../limits.ts';
import type { Terminal, TerminalEnd, TerminalOptions } from '../../sandbox.ts';
import { watchWorkspace } from '../../workspace-watch.ts';
import type { Container } from './container.ts';
import { startExec, type ExecEnd, type StartedExec } from './exec.ts';
import { hiddenBytes } from './hidden-files.ts';
import { createKiller, type Killer } from './killer.ts';
import type { Pool } from './pool.ts';
import { attempt } from './run.ts';
import type { ContainerFacts } from './warden-script.ts';

type Reason = TerminalEnd['reason'];

/** What {@link openTerminal} starts. */
export interface TerminalSpec {
  command: readonly string[];
  environment: readonly string[];
  limits: SandboxLimits;
  /** Host path of the workspace. */
  workspace: string;
}

/** What is typed is kept until the program reads it, up to this many bytes; more is dropped. */
const mostTyped = 1_048_576;

/**
 * Starts a shell in a terminal; resolves when it has begun, with its size set.
 * @throws {@link RequestError} `sandbox_unavailable` when it did not start.
 */
export async function openTerminal(
  pool: Pool,
  spec: TerminalSpec,
  options: TerminalOptions,
): Promise<Terminal> {
  const container = await attempt(() => pool.lease(spec.limits));
  if (container === undefined) throw new TypeError('A lease without a signal is not given up.');
  try {
    const killer = createKiller<Reason>(container);
    const { exec, before } = await attempt(() => start(container, killer, spec, options));
    const ended = finish(pool, container, { exec, before, killer, spec });
    return terminalOf(exec, killer, ended);
  } catch (error) {
    await pool.release(container, { clean: false });
    throw error;
  }
}

async function start(
  container: Container,
  killer: Killer<Reason>,
  { command, environment, limits }: TerminalSpec,
  { cols, rows, onOutput }: TerminalOptions,
): Promise<{ exec: StartedExec; before: ContainerFacts }> {
  await container.putFiles([]);
  const before = await container.facts();
  const decoder = new StringDecoder('utf8');
  const show = async (bytes: Buffer): Promise<void> => {
    const text = decoder.write(bytes);
    const taken = text === '' ? undefined : onOutput(text);
    if (taken === undefined) return;
    exec.stream.pause();
    // Whoever does not want what is shown still lets the program go on.
    await taken.catch(() => undefined);
    exec.stream.resume();
  };
  const exec = await startExec(container, {
    command,
    environment,
    cpuSeconds: limits.cpuSeconds,
    input: { terminal: true },
    onOutput: (_, bytes) => void show(bytes),
  });
  const tooLate = setTimeout(() => killer.kill('error'), startsWithinMs);
  try {
    if (!(await exec.ready)) throw new Error(exec.complaint());
    // Only a terminal that is there has a size; the shell waits for this line and begins with it.
    await exec.resize(cols, rows);
    exec.stream.write('\n');
    if (!(await exec.begun)) throw new Error(exec.complaint());
  } finally {
    clearTimeout(tooLate);
  }
  return { exec, before };
}

const startsWithinMs = 30_000;

interface Running {
  exec: StartedExec;
  before: ContainerFacts;
  killer: Killer<Reason>;
  spec: TerminalSpec;
}

async function finish(
  pool: Pool,
  container: Container,
  { exec, before, killer, spec }: Running,
): Promise<TerminalEnd> {
  const { diskBytes, diskFiles } = spec.limits;
  const stopWatch = watchWorkspace({
    root: spec.workspace,
    diskBytes,
    diskFiles,
    hiddenBytes: (device) => hiddenBytes(container, exec, device),
    onExceeded: () => killer.kill('disk-limit'),
  });
  await killer.settled(exec);
  stopWatch();
  const killedFor = killer.reason();
  const end = killedFor === undefined ? await exec.end() : undefined;
  const reason = killedFor ?? reasonOf(before, end);
  const clean = reason === 'exit' && end?.clean === true;
  const gone = await pool.release(container, { clean });
  return {
    exitCode: end ? end.exitCode : null,
    signal: end ? end.signal : 'SIGKILL',
    reason: gone ? reason : 'error',
  };
}

/** A shell outlives programs that were killed for memory; only its own death is the terminal's. */
function reasonOf(before: ContainerFacts, end: ExecEnd | undefined): Reason {
  if (end === undefined) return 'error';
  const outOfMemory = end.facts.outOfMemoryKills > before.outOfMemoryKills;
  return outOfMemory && end.signal === 'SIGKILL' ? 'memory-limit' : 'exit';
}

function terminalOf(
  { stream, resize }: StartedExec,
  killer: Killer<Reason>,
  ended: Promise<TerminalEnd>,
): Terminal {
  const type = (data: string): void => {
    if (!stream.destroyed && stream.writableLength <= mostTyped) stream.write(data);
  };
  /** The size goes by a way of its own; what is typed after a change of it waits for that. */
  let resizing: Promise<void> | undefined;
  return {
    ended,
    write(data) {
      if (resizing) void resizing.then(() => type(data));
      else type(data);
    },
    resize(cols, rows) {
      // One that has just ended has no size, and nobody who would miss it.
      const change = (resizing ?? Promise.resolve())
        .then(() => resize(cols, rows))
        .catch(() => undefined);
      resizing = change;
      void change.then(() => {
        if (resizing === change) resizing = undefined;
      });
    },
    async close() {
      killer.kill('closed');
      await ended;
    },
  };
}
