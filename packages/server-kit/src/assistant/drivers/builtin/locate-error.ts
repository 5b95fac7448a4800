/** The last error of a run and the line of the person's code where it arose. */
export interface LocatedError {
  text: string;
  /** Counts from 1; null when the output does not tell. */
  line: number | null;
}

const pythonFrame = /^\s*File "([^"]+)", line (\d+)/;
const scriptFrame = /(?:at .*?\(?|^)(?:file:\/\/)?(\/[^\s():]+):(\d+)(?::\d+)?\)?$/;
const errorLine = /^(?:Uncaught )?(?:[\w.]*(?:Error|Exception|Interrupt|Exit|Warning))\b.*/;
const shellLine = /^.*?: line (\d+): (.+)$/;

/** Reads a Python traceback, a JavaScript stack or a shell's complaint; null when there is none. */
export function locateError(stderr: string): LocatedError | null {
  const lines = stderr.split('\n').map((line) => line.trimEnd());
  const text = lines.findLast((line) => errorLine.test(line));
  if (text !== undefined) return { text, line: lineOf(lines) };
  for (const line of lines) {
    const shell = shellLine.exec(line);
    if (shell) return { text: shell[2] ?? line, line: Number(shell[1]) };
  }
  return null;
}

/** Python prints the innermost frame last, JavaScript first; frames of the runtime do not count. */
function lineOf(lines: readonly string[]): number | null {
  const python = lines.map((line) => pythonFrame.exec(line)).filter((match) => match !== null);
  if (python.length > 0) {
    const own = python.findLast(
      (match) => !match[1]?.startsWith('/usr/') && !match[1]?.startsWith('<'),
    );
    return own ? Number(own[2]) : null;
  }
  const script = lines.map((line) => scriptFrame.exec(line.trim())).find((match) => match !== null);
  return script ? Number(script[2]) : null;
}
