import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type { CgroupLimits, RunCgroup } from '../../cgroup/run-group.ts';
import { readSandboxPid, reportingScript } from './exit-report.ts';
import { killProcess, processHandle, type ProcessHandle } from './process-end.ts';
import { coveredDescriptors } from './inherited-descriptors.ts';
import type { BubblewrapSetup } from './setup.ts';
import { quote } from './shell-words.ts';

/** Descriptors by which a sandbox is fed and tells of itself. */
export const descriptors = {
  /** The seccomp program, for bubblewrap. */
  filter: 3,
  /** The status document of bubblewrap. */
  status: 4,
  /** Options of bubblewrap. */
  arguments: 5,
  /** The line that becomes bubblewrap, unless it is that already, and the one that it runs. */
  line: 6,
  /** What an interpreter that was started ahead is told to run. */
  control: 7,
  /** How the program ended. */
  report: 9,
} as const;

/**
 * Joins control groups, which takes the kernel longer than all the rest of a start, and waits: for
 * a first line by which it becomes bubblewrap, or, where it is known whose it will be, as
 * bubblewrap itself for the options. A shell reads a line byte by byte, so what is the same for
 * all is a variable by then.
 */
const script = `for group do echo 0 > "$group" || exit 125; done
reporting=${quote(reportingScript)}
if [ -n "$ahead" ]; then eval "$ahead"; fi
IFS= read -r line <&${descriptors.line} || exit 125
eval "$line"`;

/** The end of each line that becomes bubblewrap: what it runs reads the next line. */
export const launchWords = `--args ${descriptors.arguments} -- /bin/sh -c "$reporting" sh`;

/** More than this of a status or a report is not kept; both are a few lines. */
const keptBytes = 4_096;

/** A process in control groups of its own that waits for what it is to become. */
export interface WaitingShell {
  readonly child: ChildProcess;
  /** Whether it is bubblewrap already, as the user of one session. */
  readonly isAhead: boolean;
  readonly group: RunCgroup | undefined;
  /** What came so far of bubblewrap's status document and of the report. */
  readonly status: () => string;
  readonly report: () => string;
  /** What an interpreter that was started ahead has answered. */
  readonly answer: () => string;
  /** The first process inside, once bubblewrap has told it; others in there end before it does. */
  readonly firstProcess: () => ProcessHandle | undefined;
  /** Kills the first process inside, also when bubblewrap tells it only after this. */
  readonly killFirstProcess: () => void;
}

/**
 * Starts one.
 * @param ahead words that become bubblewrap as the user of the session whose it will be.
 * @throws what the file system or the system answers when there is no room for it.
 */
export function startWaitingShell(
  setup: BubblewrapSetup,
  limits: CgroupLimits,
  ahead?: string,
): WaitingShell {
  const group = setup.cgroups?.create(limits);
  const devNull = openSync('/dev/null', 'r');
  try {
    const begun = ahead === undefined ? script : `ahead=${quote(ahead)}\n${script}`;
    const child = spawn('/bin/sh', ['-c', begun, 'sh', ...(group?.joinFiles ?? [])], {
      stdio: stdioOf([...setup.inherited, ...coveredDescriptors()], devNull),
      // A group of its own, so that one signal reaches whatever has not yet left it, and a session
      // of its own, in which a terminal may be had.
      detached: true,
      // bubblewrap's process 1 keeps this environment, and programs inside can read it.
      env: { PATH: '/usr/bin:/bin' },
      // The shell adds the directory to that environment.
      cwd: '/',
    });
    let first: ProcessHandle | undefined;
    let isKilled = false;
    const waiting = {
      child,
      isAhead: ahead !== undefined,
      group,
      status: gather(readable(child, descriptors.status), (text) => {
        const pid = first === undefined ? readSandboxPid(text) : undefined;
        // Taken hold of while it lives, so that a later process of the same id is not taken for it.
        if (pid !== undefined) first = processHandle(pid);
        if (isKilled && first !== undefined) killProcess(first);
      }),
      report: gather(readable(child, descriptors.report)),
      answer: gather(readable(child, descriptors.control)),
      firstProcess: () => first,
      killFirstProcess() {
        isKilled = true;
        if (first !== undefined) killProcess(first);
      },
    };
    // Whoever awaits the end of the run is told of a failed start, too.
    child.on('error', () => undefined);
    return waiting;
  } catch (error) {
    void group?.remove();
    throw error;
  } finally {
    closeSync(devNull);
  }
}

/** Whether it can still become something. */
export function isWaiting({ child }: WaitingShell): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/** Writes to one of its descriptors and ends it. */
export function feed({ child }: WaitingShell, descriptor: number, content: string | Buffer): void {
  const stream = child.stdio[descriptor] as Writable;
  // Whoever reads may end before it has read all: bubblewrap when it fails, which its exit tells,
  // and a program that does not care for its input.
  stream.on('error', () => undefined);
  stream.end(content);
}

/** Lets the process of the server end although this one still waits, or forbids it again. */
export function holdServer({ child }: WaitingShell, held: boolean): void {
  const method = held ? 'ref' : 'unref';
  child[method]();
  for (const stream of child.stdio) (stream as { [method]?: () => void } | null)?.[method]?.();
}

/** One of its output streams. */
export function readable(child: ChildProcess, descriptor: number): Readable {
  return child.stdio[descriptor] as Readable;
}

type Stdio = ('pipe' | 'ignore' | number)[];

function stdioOf(inherited: readonly number[], devNull: number): Stdio {
  const piped = new Set([0, 1, 2, ...Object.values(descriptors)]);
  const length = Math.max(...piped, ...inherited) + 1;
  return Array.from({ length }, (_, descriptor) => {
    if (piped.has(descriptor)) return 'pipe';
    // From 3 on, 'ignore' leaves a descriptor as it is, so an inherited one is covered instead.
    return inherited.includes(descriptor) ? devNull : 'ignore';
  });
}

/** Keeps the beginning of a short text stream; the function returned gives what came so far. */
function gather(stream: Readable, onText?: (text: string) => void): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (piece: string) => {
    if (text.length < keptBytes) text += piece.slice(0, keptBytes - text.length);
    onText?.(text);
  });
  return () => text;
}
