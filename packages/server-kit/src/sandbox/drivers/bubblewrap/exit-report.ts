import { constants } from 'node:os';

/**
 * Runs `"$@"` and tells on descriptor 9 how it ended. bubblewrap itself answers 128 + n both for a
 * program killed by signal n and for one that exits with that code, and so does its status
 * document. A shell, however, names the signal on its standard error when a child dies of one, so
 * here that goes to the report and the program keeps the real one.
 *
 * Shells say nothing of SIGINT and SIGPIPE, which therefore show as the codes 130 and 141.
 */
export const reportingShell = [
  '/bin/sh',
  '-c',
  'exec 8>&2 2>&9 9>&-; (exec 2>&8 8>&-; exec "$@"); code=$?; echo "exit $code" >&2; exit $code',
  'sh',
] as const;

/** How a program ended. */
export interface ExitStatus {
  exitCode: number | null;
  signal: string | null;
}

/**
 * Reads the status document of bubblewrap and the report of {@link reportingShell}. `undefined`
 * when the program was never started.
 */
export function readExitStatus(statusDocument: string, report: string): ExitStatus | undefined {
  const code = Number(/"exit-code":\s*(\d+)/.exec(statusDocument)?.[1] ?? Number.NaN);
  if (Number.isNaN(code)) return undefined;
  const [before, reported] = report.split(/^exit (\d+)$/m);
  // Without a last line the shell itself was killed, by the program or along with it.
  const signalled = code > 128 && (reported === undefined || before?.trim() !== '');
  const signal = signalled ? signalName(code - 128) : undefined;
  if (signal === undefined) return { exitCode: code, signal: null };
  return { exitCode: null, signal };
}

/** Host process id of the sandbox's first process, once bubblewrap has told it. */
export function readSandboxPid(statusDocument: string): number | undefined {
  const pid = /"child-pid":\s*(\d+)/.exec(statusDocument)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

function signalName(number: number): string | undefined {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
}
