import { transformSync } from 'amaro';
import type { ExecutionOutcome } from './sandbox.ts';

/** The outcome of {@link stripTypes}. */
export type StripTypesResult = { ok: true; code: string } | { ok: false; message: string };

/**
 * Blanks out TypeScript's types, so that lines and columns stay where they were. Syntax that would
 * need code to be generated, as `enum`, is refused with the compiler's message.
 */
export function stripTypes(code: string): StripTypesResult {
  try {
    return { ok: true, code: transformSync(code, { mode: 'strip-only' }).code };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : describe(error) };
  }
}

/** The outcome of a program that did not get past {@link stripTypes}, as an interpreter would end. */
export function typeErrorOutcome(message: string): ExecutionOutcome {
  const stderr = `${message}\n`;
  const ended = {
    exitCode: 1,
    signal: null,
    reason: 'exit',
    durationMs: 0,
    truncated: false,
  } as const;
  return { stdout: '', stderr, ...ended };
}

/** The compiler throws plain objects for syntax errors, see `SwcError` in amaro's types. */
function describe(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return String(error);
  const line = 'startLine' in error ? `line ${String(error.startLine)}: ` : '';
  const snippet = 'snippet' in error ? `\n${String(error.snippet)}` : '';
  return `SyntaxError: ${line}${String(error.message)}${snippet}`;
}
