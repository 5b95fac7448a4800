import { spawn } from 'node:child_process';

/** How a command ended. */
export interface CommandResult {
  /** Exit code; 128 + number when a signal ended it, as in a shell; 127 when it did not start. */
  code: number;
  /** Both output streams in the order they came; empty with `output: 'inherit'`. */
  output: string;
  durationMs: number;
}

const signalNumbers: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
};

/**
 * Runs a command without a shell and without input.
 *
 * @param options `output`: pass it through to the terminal, or keep it. @default 'inherit'
 */
export function runCommand(
  command: string,
  args: readonly string[],
  options: { output?: 'inherit' | 'keep'; env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<CommandResult> {
  const { output: mode = 'inherit', env = process.env, cwd = process.cwd() } = options;
  const startedAt = performance.now();
  const stdio = mode === 'inherit' ? 'inherit' : 'pipe';
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', stdio, stdio] });
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));

  return new Promise((resolve) => {
    const finish = (code: number): void =>
      resolve({
        code,
        output: Buffer.concat(chunks).toString('utf8'),
        durationMs: performance.now() - startedAt,
      });
    child.once('error', (error) => {
      chunks.push(Buffer.from(`${error.message}\n`));
      finish(127);
    });
    child.once('close', (code, signal) =>
      finish(code ?? 128 + (signal === null ? 0 : (signalNumbers[signal] ?? 0))),
    );
  });
}

/** Seconds with one decimal, for people. */
export function formatSeconds(durationMs: number): string {
  return `${(durationMs / 1_000).toFixed(1)} s`;
}
