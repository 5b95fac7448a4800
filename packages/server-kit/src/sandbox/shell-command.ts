import { posix } from 'node:path';
import { RequestError } from '../errors.ts';
import { workspaceDirectory } from './places.ts';
import type { ExecutionOutcome } from './sandbox.ts';

/**
 * Runs `$2` in `$1`. Its errors go where its output goes, so that both stay in order; the real
 * standard error is free for the one thing that is told: the directory in which the shell ends.
 */
const script = `exec 7>&2 2>&1
cd -- "$1" || exit
trap 'pwd -P >&7' EXIT
eval "$2"`;

/**
 * The command line that runs one line for the shell.
 * @param shell path of bash, or of another POSIX shell.
 * @throws {@link RequestError} `invalid_message` for a directory that leaves the workspace or a
 * line with a NUL.
 */
export function shellCommandLine(
  shell: string,
  { command, directory = '.' }: { command: string; directory?: string },
): string[] {
  if (command.includes('\0')) {
    throw new RequestError('invalid_message', 'A command cannot hold a NUL.');
  }
  const place = posix.join(workspaceDirectory, directory);
  const inside = place === workspaceDirectory || place.startsWith(`${workspaceDirectory}/`);
  if (!inside || posix.isAbsolute(directory) || directory.includes('\0')) {
    throw new RequestError(
      'invalid_message',
      'The directory must be a relative path inside the workspace.',
    );
  }
  return [shell, '-c', script, shell, place, command];
}

/** Takes the directory out of the outcome of such a command line. */
export function commandOutcome(outcome: ExecutionOutcome): ExecutionOutcome {
  const ended = outcome.stderr.split('\n').findLast((line) => line.startsWith('/'));
  const relative = ended === undefined ? '..' : posix.relative(workspaceDirectory, ended);
  const inside = relative !== '..' && !relative.startsWith('../');
  return { ...outcome, stderr: '', ...(inside && { directory: relative === '' ? '.' : relative }) };
}
