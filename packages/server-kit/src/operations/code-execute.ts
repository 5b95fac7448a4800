import type { ExecutionOutcome } from '../sandbox/index.ts';
import type { OperationHandler } from './handler.ts';
import { languageName } from './language-name.ts';
import { runFigures } from './run-figures.ts';

/** Characters of the code that `execution_start` shows. */
const previewLength = 200;

/** Runs code in the sandbox, and tells of its output while it runs. */
export const codeExecute: OperationHandler<'code_execute'> = {
  runsProgram: true,
  blocksOnFindings: true,
  describe: ({ language, code }) => ({
    language: languageName(language),
    size: Buffer.byteLength(code),
  }),
  scanned: ({ code, language }) => ({ content: code, language: languageName(language) }),
  async execute({ language, code, stdin, args, timeout_ms }, context) {
    const { parts, session, paths, signal, tell } = context;
    const path = paths['file_path'];
    const sandbox = await session.sandbox();
    const executionId = parts.createId('r');
    tell('execution_start', {
      execution_id: executionId,
      language,
      code_preview: code.slice(0, previewLength),
    });
    let outcome: ExecutionOutcome;
    try {
      outcome = await sandbox.run({
        language,
        code,
        signal,
        limits: { timeoutMs: Math.min(timeout_ms ?? Infinity, parts.limits.executionMs) },
        ...(path ? { fileName: path.path } : {}),
        ...(stdin === undefined ? {} : { stdin }),
        ...(args === undefined ? {} : { args }),
        onOutput: ({ stream, text }) =>
          tell('execution_output', { execution_id: executionId, output: text, stream }),
      });
      signal.throwIfAborted();
    } catch (error) {
      tell('execution_error', {
        execution_id: executionId,
        error: signal.aborted ? 'It was stopped.' : 'The code could not be run.',
      });
      throw error;
    }
    session.lastRun = { language, path: path?.path ?? null, stderr: outcome.stderr };
    const result = {
      execution_id: executionId,
      language,
      stdout: outcome.stdout,
      stderr: outcome.stderr,
      exit_code: outcome.exitCode,
      signal: outcome.signal,
      duration_ms: outcome.durationMs,
      success: outcome.reason === 'exit' && outcome.exitCode === 0,
      timed_out: outcome.reason === 'timeout',
      truncated: outcome.truncated,
      ...runFigures(outcome),
    };
    tell('execution_complete', { execution_id: executionId, result });
    return result;
  },
};
