import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { ContainerFacts } from './warden-script.ts';
import type { Container } from './container.ts';
import { answered } from './engine.ts';
import { createFrameReader, type FrameStream } from './frames.ts';
import { createMarker, createReportReader } from './report-reader.ts';
import { readReport, runScriptPath, signalOf, type ProgramEnd } from './run-script.ts';

/** A program in a container. */
export interface ExecSpec {
  command: readonly string[];
  /** Its whole environment, as `NAME=value`; a bare `NAME` takes one of the image's away. */
  environment: readonly string[];
  /** Processor time of each of its processes, seconds. */
  cpuSeconds: number;
  /** Whether it has a terminal, and otherwise what it reads; `undefined`: nothing. */
  input: { terminal: true } | { terminal: false; text: string | undefined };
  /** What it writes; of a terminal all is `stdout`. */
  onOutput: (stream: FrameStream, bytes: Buffer) => void;
}

/** A program that was started. */
export interface StartedExec {
  /** The connection to it; of a terminal, what is written here is typed. */
  stream: Duplex;
  /** Resolves to false when it did not begin. */
  begun: Promise<boolean>;
  /** Resolves when the script around it waits for a line; only where there is a terminal. */
  ready: Promise<boolean>;
  /** Resolves when all of its output has come. */
  ended: Promise<void>;
  resize(cols: number, rows: number): Promise<void>;
  /** Process id of the script around it where the daemon is. */
  hostPid(): Promise<number>;
  /** How it ended; `undefined` when the daemon cannot tell. */
  end(): Promise<ExecEnd | undefined>;
  /** What Docker wrote when it did not begin. */
  complaint(): string;
}

/** How a program ended. */
export interface ExecEnd extends ProgramEnd {
  facts: ContainerFacts;
}

/** The complaint of Docker is a line. */
const mostComplaint = 4_096;

/**
 * Starts a program in a container that is lent to it.
 * @throws what the daemon says when it does not.
 */
export async function startExec(
  container: Container,
  { command, environment, cpuSeconds, input, onOutput }: ExecSpec,
): Promise<StartedExec> {
  const marker = createMarker();
  const mode = input.terminal ? 'wait' : 'go';
  const hasInput = input.terminal || input.text !== undefined;
  const exec = await container.exec({
    Cmd: ['/bin/sh', runScriptPath, marker, String(cpuSeconds), mode, ...command],
    Env: [...environment],
    AttachStdin: hasInput,
    AttachStdout: true,
    AttachStderr: true,
    Tty: input.terminal,
  });
  const stream = await answered(exec.start({ hijack: true, stdin: hasInput, Tty: input.terminal }));

  const reader = createReportReader(marker);
  const ready = Promise.withResolvers<boolean>();
  const begun = Promise.withResolvers<boolean>();
  /** The two streams come by different ways, so output may arrive before the word of its beginning. */
  let early: Buffer[] = [];
  let complaint = '';

  const progress = (): void => {
    if (reader.stage === 'starting') return;
    ready.resolve(true);
    if (reader.stage === 'ready') return;
    begun.resolve(true);
    for (const bytes of early) onOutput('stdout', bytes);
    early = [];
  };
  const onFrame = (name: FrameStream, bytes: Buffer): void => {
    const reports = input.terminal || name === 'stderr';
    if (reports) {
      const output = reader.read(bytes);
      progress();
      if (output.length > 0) onOutput(name, output);
    } else if (reader.stage === 'starting') {
      early.push(bytes);
      complaint = (complaint + bytes.toString()).slice(0, mostComplaint);
    } else {
      onOutput(name, bytes);
    }
  };

  stream.on(
    'data',
    input.terminal ? (bytes: Buffer) => onFrame('stdout', bytes) : createFrameReader(onFrame),
  );
  // A program need not read what it is given, and the daemon may go: both show in how it ended.
  stream.on('error', () => stream.destroy());
  stream.on('end', () => stream.destroy());
  const ended = new Promise<void>((resolve) => {
    stream.on('close', () => {
      const rest = reader.rest();
      if (rest.length > 0) onOutput(input.terminal ? 'stdout' : 'stderr', rest);
      ready.resolve(false);
      begun.resolve(false);
      resolve();
    });
  });
  if (!input.terminal && input.text !== undefined) stream.end(input.text);

  return {
    stream,
    begun: begun.promise,
    ready: ready.promise,
    ended,
    resize: async (cols, rows) => void (await answered(exec.resize({ w: cols, h: rows }))),
    hostPid: async () => (await answered(exec.inspect())).Pid,
    end: () => readEnd(exec, container, readReport(reader.report())),
    complaint: () => complaint.trim(),
  };
}

async function readEnd(
  exec: Docker.Exec,
  container: Container,
  report: ProgramEnd | undefined,
): Promise<ExecEnd | undefined> {
  try {
    const end = report ?? (await readExitCode(exec));
    if (end === undefined) return undefined;
    const facts = await settledFacts(container);
    return { ...end, facts, clean: end.clean && facts.processes === 0 };
  } catch {
    // The daemon or the container is gone.
    return undefined;
  }
}

/** The script was killed, and nobody else tells a signal from a code. */
async function readExitCode(exec: Docker.Exec): Promise<ProgramEnd | undefined> {
  const { ExitCode: code, Running: running } = await settled(
    () => answered(exec.inspect()),
    (info) => !info.Running,
  );
  if (running || code === null) return undefined;
  const signal = signalOf(code);
  return { exitCode: signal === null ? code : null, signal, clean: false };
}

/** What was killed a moment ago may still be on its way out. */
function settledFacts(container: Container): Promise<ContainerFacts> {
  return settled(
    () => container.facts(),
    ({ processes }) => processes === 0,
  );
}

/** Asks until the answer is as it will be, or for half a second. */
async function settled<Answer>(
  ask: () => Promise<Answer>,
  isSettled: (answer: Answer) => boolean,
): Promise<Answer> {
  for (let waitMs = 1; ; waitMs *= 2) {
    const answer = await ask();
    if (isSettled(answer) || waitMs > 256) return answer;
    await delay(waitMs);
  }
}
