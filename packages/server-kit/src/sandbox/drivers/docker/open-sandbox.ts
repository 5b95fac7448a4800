import { RequestError } from '../../../errors.ts';
import { requireLanguage } from '../../languages.ts';
import { resolveLimits, type SandboxLimits } from '../../limits.ts';
import { baseEnvironment, programOf, type Program } from '../../program.ts';
import type {
  ExecutionOutcome,
  ExecutionRequest,
  Sandbox,
  Terminal,
  TerminalOptions,
} from '../../sandbox.ts';
import { sandboxOf } from '../../sandbox-of.ts';
import type { Scratch } from '../../scratch.ts';
import { commandOutcome, shellCommandLine } from '../../shell-command.ts';
import { typeErrorOutcome } from '../../strip-types.ts';
import { terminalCpuSeconds, terminalEnvironment } from '../../terminal-settings.ts';
import { imageFix } from './probe.ts';
import { run } from './run.ts';
import { environmentOf, openPool, type DockerSetup, type SessionPlace } from './setup.ts';
import { openTerminal } from './terminal.ts';

/** What {@link openSandbox} needs beside Docker. */
export interface SandboxPlace extends SessionPlace {
  limits: Partial<SandboxLimits> | undefined;
  /** Names of the languages that run here. */
  languages: readonly string[];
  /** Called when it is closed. */
  onClosed: () => Promise<void>;
}

/** Opens a session's sandbox. No container is made before the first request. */
export function openSandbox(setup: DockerSetup, scratch: Scratch, place: SandboxPlace): Sandbox {
  const { workspace, limits: sandboxLimits, languages, onClosed } = place;
  const pool = openPool(setup, scratch, place);
  const shell = setup.interpreters.get('bash')?.command ?? '/bin/sh';
  let terminals = 0;

  const programFor = (request: ExecutionRequest): Program => {
    if ('command' in request) {
      const command = shellCommandLine(shell, request);
      const spec = { command, files: [], environment: baseEnvironment, stdin: undefined };
      return { ok: true, spec };
    }
    const language = requireLanguage(request.language, languages, (row) =>
      imageFix(row.interpreter),
    );
    const interpreter = setup.interpreters.get(language.interpreter);
    if (interpreter === undefined) throw new TypeError(`No interpreter for ${language.name}.`);
    return programOf(language, interpreter, request);
  };

  return sandboxOf({
    async start(request, signal): Promise<ExecutionOutcome> {
      const program = programFor(request);
      if (!program.ok) return typeErrorOutcome(program.message);
      const { onOutput } = request;
      const spec = {
        ...program.spec,
        environment: environmentOf(setup, program.spec.environment),
        limits: resolveLimits(sandboxLimits, request.limits),
        workspace,
      };
      const outcome = await run(pool, spec, { signal, ...(onOutput && { onOutput }) });
      return 'command' in request ? commandOutcome(outcome) : outcome;
    },
    async openTerminal(options: TerminalOptions): Promise<Terminal> {
      if (terminals >= setup.containersPerSession - 1) throw noMoreTerminals();
      terminals += 1;
      const own = options.shell === 'sh' ? '/bin/sh' : shell;
      try {
        const terminal = await openTerminal(
          pool,
          {
            command: [own, '-i'],
            environment: environmentOf(setup, terminalEnvironment(own)),
            limits: { ...resolveLimits(sandboxLimits), cpuSeconds: terminalCpuSeconds },
            workspace,
          },
          options,
        );
        void terminal.ended.then(() => (terminals -= 1));
        return terminal;
      } catch (error) {
        terminals -= 1;
        throw error;
      }
    },
    pause: () => pool.pause(),
    resume: () => pool.resume(),
    async dispose() {
      await pool.close();
      await onClosed();
    },
  });
}

/** Each has a container to itself, and the last one is for what runs beside them. */
function noMoreTerminals(): RequestError {
  return new RequestError(
    'sandbox_unavailable',
    'This session has as many terminals as its sandbox can hold. Close one first.',
    { retryable: true },
  );
}
