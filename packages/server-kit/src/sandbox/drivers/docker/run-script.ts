import { constants } from 'node:os';

/** Path inside of the script that runs programs. */
export const runScriptPath = '/run/kit/run.sh';

/**
 * Runs `"$@"` from the fourth argument on, ends what it leaves behind, and tells how it ended.
 *
 * Docker answers 128 + n both for a program killed by signal n and for one that exits with that
 * code. A shell, however, names the signal on its standard error when a child dies of one; here
 * that is taken into the report. Shells say nothing of SIGINT and SIGPIPE, which therefore show as
 * the codes 130 and 141.
 *
 * The report goes to standard error after a word that only this run knows: once at the beginning,
 * before the program could write anything, and once after its last process was killed. Docker has
 * no third stream. A program that finds out the word can only lie about its own end.
 *
 * `$1` is that word, `$2` the processor time in seconds that each process may take, and `$3` says
 * `wait` for a terminal, which begins with a line that the server types once its size is set.
 */
export const runScript = `marker=$1 seconds=$2 mode=$3
shift 3
exec 7>&1 8>&2
if [ "$mode" = wait ]; then
  echo "$marker ready" >&8
  IFS= read -r line
fi
echo "$marker begin" >&8
said=$({ (exec >&7 2>&8 7>&- 8>&-; ulimit -t "$seconds"; exec "$@"); echo "exit $?"; } 2>&1)
kill -9 -1 2>/dev/null
echo "$marker end
$said" >&8
state=clean
for pass in rm look; do
  for left in /tmp/* /tmp/.[!.]* /tmp/..?* /dev/shm/* /dev/shm/.[!.]* /dev/shm/..?*; do
    [ -e "$left" ] || [ -L "$left" ] || continue
    if [ $pass = rm ]; then rm -rf "$left"; else state=dirty; fi
  done
done 2>/dev/null
echo $state >&8
[ -n "$said" ] || exit ${128 + constants.signals.SIGKILL}
`;

/** How a program ended, as the script tells it. */
export interface ProgramEnd {
  exitCode: number | null;
  signal: string | null;
  /** Whether nothing was left in the directories that every run shares. */
  clean: boolean;
}

/**
 * Reads the report; `undefined` when there is none, as when the program has killed the script, or
 * the part of it that waits for the program.
 */
export function readReport(report: string): ProgramEnd | undefined {
  const [, said = '', code, state] =
    /^\S+ end\r?\n([^]*?)exit (\d+)\r?\n(clean)?/.exec(report) ?? [];
  if (code === undefined) return undefined;
  const clean = state === 'clean';
  const signal = said.trim() === '' ? null : signalOf(Number(code));
  return signal === null
    ? { exitCode: Number(code), signal, clean }
    : { exitCode: null, signal, clean };
}

/** Name of the signal that a shell's or Docker's code stands for. */
export function signalOf(code: number): string | null {
  const row = Object.entries(constants.signals).find(([, value]) => value === code - 128);
  return row?.[0] ?? null;
}
