import type { ProtectionStatus } from '@ide-assistant/sdk/protocol';
import type { SandboxLimits } from './limits.ts';

/** Every protection that a driver reports on, in the order in which reports list them. */
export const protectionNames = [
  'filesystem',
  'processes',
  'network',
  'syscalls',
  'privileges',
  'memory',
  'pids',
  'cpu',
  'fileSize',
  'disk',
  'output',
  'time',
] as const;

/** One of {@link protectionNames}. */
export type ProtectionName = (typeof protectionNames)[number];

/** What a driver offers on this machine, as its probe found it. */
export interface SandboxCapabilities {
  driver: string;
  /** What stands between the code and the server. */
  isolation: 'namespace' | 'container' | 'wasm' | 'none';
  /** Canonical names of the languages whose interpreter was found. */
  languages: readonly string[];
  /** Whether shell commands run. */
  shell: boolean;
  /** Whether interactive terminals can be opened. */
  terminal: boolean;
  /** What `pause` stops processes by; `none` when there is nothing to stop between runs. */
  pause: 'freezer' | 'signals' | 'container' | 'none';
  /** How well each protection holds, and by what means. */
  protections: Record<ProtectionName, ProtectionStatus>;
  /** Sentences for the operator about what is weaker than it could be. */
  warnings: readonly string[];
  /** The one line that mends the most important of what is missing. */
  fix?: string;
}

/** The session's directory, bound into the sandbox at `/workspace`. */
export interface WorkspaceMount {
  /** Absolute host path of the directory. */
  root: string;
  /**
   * Who runs the code, and so must own `root`. Only looked at when the server is root.
   * @default what `sessionOwner` gives
   */
  owner?: { uid: number; gid: number };
}

/** What every run may be told, whatever it runs. */
export interface RunOptions {
  /** Narrower or wider limits for this run than the sandbox has. */
  limits?: Partial<SandboxLimits>;
  /** Kills the run; the outcome's reason is `cancelled`. */
  signal?: AbortSignal;
  /** Called with each piece of output as it arrives, up to `outputBytes`. */
  onOutput?: (chunk: { stream: 'stdout' | 'stderr'; text: string }) => void;
}

/** One program to run. */
export interface CodeRequest extends RunOptions {
  /** Name or alias of a language, as `python` or `py`. */
  language: string;
  code: string;
  /**
   * Path of the code inside the workspace, POSIX and relative. It gives the program its name and
   * the directory from which it imports; the code that runs is always `code`.
   */
  fileName?: string;
  /** The program's arguments. */
  args?: readonly string[];
  /** Text for the program's standard input. Absent: the input is empty. */
  stdin?: string;
}

/** One line for the shell. Its errors are part of its output, in the order in which they came. */
export interface CommandRequest extends RunOptions {
  command: string;
  /** Where the line starts, relative to the workspace. @default '.' */
  directory?: string;
}

/** What a sandbox is asked to run. */
export type ExecutionRequest = CodeRequest | CommandRequest;

/** How a run ended and what it wrote. */
export interface ExecutionOutcome {
  stdout: string;
  stderr: string;
  /** The exit code, `null` when a signal or the sandbox ended the program. */
  exitCode: number | null;
  /** Name of the signal that ended the program, as `SIGKILL`; `null` when it exited by itself. */
  signal: string | null;
  /**
   * `exit`: the program ended by itself or by a signal. `output-limit`: it was killed for writing
   * far more than `outputBytes`. `disk-limit`: the workspace grew beyond `diskBytes` or
   * `diskFiles`. `error`: the sandbox was lost while the program ran.
   */
  reason:
    | 'exit'
    | 'timeout'
    | 'output-limit'
    | 'memory-limit'
    | 'disk-limit'
    | 'cancelled'
    | 'error';
  /** Wall time from the request to the last process gone, milliseconds. */
  durationMs: number;
  /** Whether output beyond `outputBytes` was dropped. */
  truncated: boolean;
  /** Processor time of all processes of the run, milliseconds; absent where nothing counted it. */
  cpuMs?: number;
  /** Most memory that the run had at once, bytes; absent where nothing counted it. */
  peakMemoryBytes?: number;
  /**
   * For a command, where its shell ended, relative to the workspace; absent when that is outside,
   * or when the shell was killed.
   */
  directory?: string;
}

/** What {@link Sandbox.openTerminal} needs. */
export interface TerminalOptions {
  /** Size of the screen in characters, 1 to 1,000 each. */
  cols: number;
  rows: number;
  /** Which shell runs. @default 'bash' where it was found, else 'sh' */
  shell?: 'bash' | 'sh';
  /**
   * Called with each piece of what is to be shown, in order. While the promise it gives is pending
   * nothing more is read, and a program that prints more than the terminal holds has to wait.
   */
  onOutput: (text: string) => void | Promise<void>;
}

/** How a terminal ended. */
export interface TerminalEnd {
  /** Exit code of the shell, `null` when it was killed. */
  exitCode: number | null;
  signal: string | null;
  /** `exit`: the shell ended by itself. `closed`: `close` was called or the sandbox disposed. */
  reason: 'exit' | 'closed' | 'memory-limit' | 'disk-limit' | 'error';
}

/** An interactive shell with job control in a session's sandbox. */
export interface Terminal {
  /** Types into it. What is typed after its end is dropped. */
  write(data: string): void;
  resize(cols: number, rows: number): void;
  /** Kills the shell and all that was started from it; resolves when nothing of it is left. */
  close(): Promise<void>;
  /** Resolves when nothing of it is left. */
  readonly ended: Promise<TerminalEnd>;
}

/**
 * Runs programs against one session's workspace. Whatever is asked of it while it is paused resumes
 * it first. Disposing kills what runs.
 */
export interface Sandbox extends AsyncDisposable {
  /**
   * Runs a program or a command to its end. When the promise settles no process of it is left.
   * @throws {@link RequestError} `unsupported_language` for a name in no table,
   * `sandbox_unavailable` when the language cannot run here or the sandbox did not start or is
   * disposed, `invalid_message` for a file name or directory that leaves the workspace.
   */
  run(request: ExecutionRequest): Promise<ExecutionOutcome>;
  /**
   * Opens an interactive terminal; resolves when its shell has started.
   * @throws {@link RequestError} `sandbox_unavailable` where there are none, with the line that
   * mends it, and when the sandbox did not start or is disposed.
   */
  openTerminal(options: TerminalOptions): Promise<Terminal>;
  /**
   * Stops the session's processes where they are, so that they take no processor time. Does
   * nothing while a program runs.
   */
  pause(): Promise<void>;
  /** Lets them go on. */
  resume(): Promise<void>;
  readonly state: 'active' | 'paused' | 'disposed';
}

/** What a probe found. */
export type ProbeResult =
  | { usable: true; capabilities: SandboxCapabilities }
  | { usable: false; reason: string; fix?: string };

/** What {@link SandboxDriver.open} needs. */
export interface OpenSandboxOptions {
  sessionId: string;
  workspace: WorkspaceMount;
  /** Limits for every run of this sandbox. */
  limits?: Partial<SandboxLimits>;
}

/** One way to run code apart from the server. */
export interface SandboxDriver {
  readonly name: string;
  /** Tries the driver on this machine, once; later calls answer what the first one found. */
  probe(): Promise<ProbeResult>;
  /**
   * Opens a sandbox for a session.
   * @throws {@link KitError} `SANDBOX_UNAVAILABLE` when the probe says that the driver is not
   * usable, `WORKSPACE_OWNER` or `WORKSPACE_UNREACHABLE` when the code could not use the workspace.
   */
  open(options: OpenSandboxOptions): Promise<Sandbox>;
}
