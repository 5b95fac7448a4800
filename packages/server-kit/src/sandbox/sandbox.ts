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

/** One program to run. */
export interface ExecutionRequest {
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
  /** Narrower or wider limits for this run than the sandbox has. */
  limits?: Partial<SandboxLimits>;
  /** Kills the run; the outcome's reason is `cancelled`. */
  signal?: AbortSignal;
  /** Called with each piece of output as it arrives, up to `outputBytes`. */
  onOutput?: (chunk: { stream: 'stdout' | 'stderr'; text: string }) => void;
}

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
   * far more than `outputBytes`. `error`: the sandbox was lost while the program ran.
   */
  reason: 'exit' | 'timeout' | 'output-limit' | 'memory-limit' | 'cancelled' | 'error';
  /** Wall time from the request to the last process gone, milliseconds. */
  durationMs: number;
  /** Whether output beyond `outputBytes` was dropped. */
  truncated: boolean;
}

/** Runs programs against one session's workspace. Disposing kills what runs. */
export interface Sandbox extends AsyncDisposable {
  /**
   * Runs a program to its end. When the promise settles no process of the run is left.
   * @throws {@link RequestError} `unsupported_language` for a name in no table,
   * `sandbox_unavailable` when the language cannot run here or the sandbox did not start or is
   * disposed, `invalid_message` for a file name that leaves the workspace.
   */
  run(request: ExecutionRequest): Promise<ExecutionOutcome>;
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
