import {
  protectionNames,
  type CommandRequest,
  type ExecutionOutcome,
  type ProtectionName,
  type SandboxCapabilities,
  type SandboxDriver,
  type Terminal,
  type TerminalEnd,
  type TerminalOptions,
} from '../../src/sandbox/index.ts';
import { sandboxOf } from '../../src/sandbox/sandbox-of.ts';

/** A terminal whose program is the test. */
export interface ScriptedTerminal {
  readonly options: TerminalOptions;
  /** What was typed and how it was resized, in order. */
  readonly received: string[];
  /** What closing it waits for. */
  beforeClose: Promise<void>;
  /** Shows a text; resolves when the next may be shown. */
  show(text: string): Promise<void>;
  end(end: TerminalEnd): void;
}

/** A driver in this process, for what a session makes of a sandbox. */
export interface ScriptedDriver extends SandboxDriver {
  /** What was asked of the sandboxes: `run`, `pause`, `resume`, `dispose`. */
  readonly asked: string[];
  readonly terminals: ScriptedTerminal[];
}

/** What a command does. */
export type Script = (
  request: CommandRequest,
  signal: AbortSignal,
) => Promise<Partial<ExecutionOutcome>>;

/** Makes a driver whose commands do what `script` does. */
export function scriptedDriver(
  script: Script = () => Promise.resolve({}),
  changes: Partial<SandboxCapabilities> = {},
): ScriptedDriver {
  const asked: string[] = [];
  const terminals: ScriptedTerminal[] = [];
  const note = (what: string) => {
    asked.push(what);
    return Promise.resolve();
  };
  return {
    name: 'scripted',
    asked,
    terminals,
    probe: () =>
      Promise.resolve({ usable: true, capabilities: { ...capabilities(), ...changes } } as const),
    open: () =>
      Promise.resolve(
        sandboxOf({
          async start(request, signal) {
            await note('run');
            const outcome = await script(request as CommandRequest, signal);
            return { ...nothing, ...outcome };
          },
          openTerminal(options) {
            const { terminal, scripted } = openScripted(options);
            terminals.push(scripted);
            return Promise.resolve(terminal);
          },
          pause: () => note('pause'),
          resume: () => note('resume'),
          dispose: () => note('dispose'),
        }),
      ),
  };
}

const nothing: ExecutionOutcome = {
  ...{ stdout: '', stderr: '', exitCode: 0, signal: null, reason: 'exit' },
  ...{ durationMs: 1, truncated: false },
};

function openScripted(options: TerminalOptions): {
  terminal: Terminal;
  scripted: ScriptedTerminal;
} {
  const ended = Promise.withResolvers<TerminalEnd>();
  const received: string[] = [];
  const scripted: ScriptedTerminal = {
    options,
    received,
    beforeClose: Promise.resolve(),
    show: async (text) => options.onOutput(text),
    end: ended.resolve,
  };
  return {
    scripted,
    terminal: {
      write: (data) => void received.push(data),
      resize: (cols, rows) => void received.push(`${cols}x${rows}`),
      async close() {
        await scripted.beforeClose;
        ended.resolve({ exitCode: null, signal: 'SIGKILL', reason: 'closed' });
      },
      ended: ended.promise,
    },
  };
}

function capabilities(): SandboxCapabilities {
  const enforced = { level: 'enforced', by: 'the test' } as const;
  return {
    driver: 'scripted',
    isolation: 'namespace',
    languages: [],
    shell: true,
    terminal: true,
    pause: 'signals',
    protections: Object.fromEntries(protectionNames.map((name) => [name, enforced])) as Record<
      ProtectionName,
      typeof enforced
    >,
    warnings: ['It is a test.'],
  };
}
