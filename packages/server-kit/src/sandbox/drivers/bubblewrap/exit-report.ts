import { constants } from 'node:os';

/**
 * Reads a line on descriptor 6, runs it, and tells on descriptor 9 how it ended. bubblewrap itself
 * answers 128 + n both for a program killed by signal n and for one that exits with that code, and
 * so does its status document. A shell, however, names the signal on its standard error when a child dies of one, so
 * here that goes to the report and the program keeps the real one. The last line of `times` is the
 * processor time of the shell's children.
 *
 * Shells say nothing of SIGINT and SIGPIPE, which therefore show as the codes 130 and 141.
 */
export const reportingScript =
  'exec 8>&2 2>&9 9>&-; nl="\n"; IFS= read -r line <&6; exec 6<&-; ' +
  '(exec 2>&8 8>&-; eval "$line"); code=$?; ' +
  'echo "exit $code" >&2; times >&2; exit $code';

/** How a program ended. */
export interface ExitStatus {
  exitCode: number | null;
  signal: string | null;
}

/**
 * Reads the status document of bubblewrap and the report of {@link reportingScript}. `undefined`
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

/**
 * Processor time of the program and of those of its children that it waited for, milliseconds, as
 * {@link reportingScript} tells it; `undefined` when it did not come to that.
 */
export function readChildTimes(report: string): number | undefined {
  const children = /^exit \d+\n.+\n(\d+)m([\d.]+)s (\d+)m([\d.]+)s$/m.exec(report);
  if (children === null) return undefined;
  const [, userMinutes, userSeconds, systemMinutes, systemSeconds] = children.map(Number);
  const minutes = (userMinutes ?? 0) + (systemMinutes ?? 0);
  return (minutes * 60 + (userSeconds ?? 0) + (systemSeconds ?? 0)) * 1_000;
}

/** Host process id of the sandbox's first process, once bubblewrap has told it. */
export function readSandboxPid(statusDocument: string): number | undefined {
  const pid = /"child-pid":\s*(\d+)/.exec(statusDocument)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

function signalName(number: number): string | undefined {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
}
