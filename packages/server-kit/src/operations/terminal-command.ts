import { RequestError } from '../errors.ts';
import { confinePath, kindOf, type ConfinedPath, type Workspace } from '../workspace/index.ts';
import { fieldPath } from './field-path.ts';
import type { OperationHandler } from './handler.ts';
import { runFigures } from './run-figures.ts';

/** Runs one line for the shell, and tells of its output while it runs. */
export const terminalCommand: OperationHandler<'terminal_command'> = {
  allowsRoot: true,
  runsProgram: true,
  blocksOnFindings: true,
  // Where one command ends the next begins.
  turn: ({ cwd }) => (cwd === undefined ? 'terminal_command' : null),
  describe: ({ command }) => ({ language: 'bash', size: Buffer.byteLength(command) }),
  scanned: ({ command }) => ({ content: command, language: 'bash' }),
  async findPaths({ cwd }, { session, principal }): Promise<Record<string, string>> {
    if (cwd !== undefined) return {};
    // The assistant's begin in the workspace itself, so that who approves one knows where it will
    // run, and a person's next one is not somewhere else than he has left it.
    if (principal.kind === 'assistant') return { cwd: '' };
    return { cwd: await stillThere(await session.workspace(), session.commandDirectory) };
  },
  async execute({ command, timeout_ms }, { parts, session, paths, principal, signal, tell }) {
    const start = fieldPath(paths, 'cwd');
    await requireDirectory(await session.workspace(), start);
    const sandbox = await session.sandbox();
    const outcome = await sandbox.run({
      command,
      directory: start.path || '.',
      signal,
      limits: { timeoutMs: Math.min(timeout_ms ?? Infinity, parts.limits.executionMs) },
      onOutput: ({ stream, text }) => {
        if (stream === 'stdout') tell('terminal_output', { output: text });
      },
    });
    signal.throwIfAborted();
    const isOwn = principal.kind === 'user';
    if (isOwn) session.commandDirectory = spellable(outcome.directory ?? start.path);
    return {
      exit_code: outcome.exitCode,
      duration_ms: outcome.durationMs,
      output: outcome.stdout,
      truncated: outcome.truncated,
      signal: outcome.signal,
      timed_out: outcome.reason === 'timeout',
      ...(isOwn ? { cwd: session.commandDirectory } : {}),
      ...runFigures(outcome),
    };
  },
};

/** The directory, or the workspace itself where it has been taken away or replaced. */
async function stillThere(workspace: Workspace, directory: string): Promise<string> {
  try {
    const kind = await kindOf(workspace, confinePath(directory, { allowRoot: true }));
    return kind === 'directory' ? directory : '';
  } catch (error) {
    if (error instanceof RequestError) return '';
    throw error;
  }
}

async function requireDirectory(workspace: Workspace, start: ConfinedPath): Promise<void> {
  const kind = await kindOf(workspace, start);
  if (kind === 'directory') return;
  throw kind === null
    ? new RequestError('not_found', `${start.path} does not exist.`)
    : new RequestError('not_a_directory', `${start.path} is not a directory.`);
}

/** A program may make names that no path of the wire can hold; from there it goes back to the top. */
function spellable(directory: string): string {
  if (directory === '.') return '';
  try {
    return confinePath(directory, { allowRoot: true }).path;
  } catch (error) {
    if (error instanceof RequestError) return '';
    throw error;
  }
}
