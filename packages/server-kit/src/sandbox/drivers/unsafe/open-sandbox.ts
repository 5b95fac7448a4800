import { realpathSync } from 'node:fs';
import { RequestError } from '../../../errors.ts';
import { interpreters as knownInterpreters, requireLanguage } from '../../languages.ts';
import { resolveLimits, type SandboxLimits } from '../../limits.ts';
import { programOf } from '../../program.ts';
import type {
  CodeRequest,
  CommandRequest,
  ExecutionOutcome,
  Sandbox,
  Terminal,
} from '../../sandbox.ts';
import { sandboxOf } from '../../sandbox-of.ts';
import { openScratch } from '../../scratch.ts';
import type { Owner } from '../../session-owner.ts';
import { commandOutcome, shellCommandLine } from '../../shell-command.ts';
import { typeErrorOutcome } from '../../strip-types.ts';
import { fix } from './capabilities.ts';
import { hostEnvironment, shellOf, type HostInterpreters } from './host-interpreters.ts';
import {
  directoriesInSandbox,
  directoryOnHost,
  fileOnHost,
  programOnHost,
  type HostPlaces,
} from './host-places.ts';
import { runProcess } from './run-process.ts';

/** What {@link openSandbox} needs. */
export interface UnsafePlace {
  /** Host path of the workspace, without links. */
  workspace: string;
  /** Who runs the programs of a server that is root. */
  owner: Owner | undefined;
  limits: Partial<SandboxLimits> | undefined;
  /** Names of the languages that run here. */
  languages: readonly string[];
  interpreters: HostInterpreters;
}

/** Opens what stands for a session's sandbox where there is none. */
export function openSandbox(place: UnsafePlace): Sandbox {
  const { workspace, owner, limits: sandboxLimits, languages, interpreters } = place;
  const scratch = openScratch();
  const commands = [...interpreters.values()].map(({ command }) => command);

  return sandboxOf({
    async start(request, signal) {
      const limits = resolveLimits(sandboxLimits, request.limits);
      return 'command' in request
        ? runCommand(request, limits, signal)
        : runCode(request, limits, signal);
    },
    openTerminal: () => Promise.reject<Terminal>(noTerminals()),
    dispose: () => scratch.close(),
  });

  async function runCode(
    request: CodeRequest,
    limits: SandboxLimits,
    signal: AbortSignal,
  ): Promise<ExecutionOutcome> {
    const language = requireLanguage(
      request.language,
      languages,
      (row) => knownInterpreters[row.interpreter].fix,
    );
    const interpreter = interpreters.get(language.interpreter);
    if (interpreter === undefined) throw new TypeError(`No interpreter for ${language.name}.`);
    const program = programOf(language, interpreter, request);
    if (!program.ok) return typeErrorOutcome(program.message);
    if (signal.aborted) return notStarted();

    const { spec } = program;
    const directory = scratch.put([], owner);
    try {
      const places: HostPlaces = { workspace, files: realpathSync(directory) };
      scratch.add(
        directory,
        spec.files.map((file) => fileOnHost(file, places)),
      );
      const onHost = programOnHost(spec, request.args?.length ?? 0, places);
      const environment = { ...onHost.environment, ...ownEnvironment() };
      const process = { ...onHost, environment, directory: workspace, owner, stdin: spec.stdin };
      return await runProcess(process, limits, { ...request, signal });
    } finally {
      await scratch.remove(directory);
    }
  }

  async function runCommand(
    request: CommandRequest,
    limits: SandboxLimits,
    signal: AbortSignal,
  ): Promise<ExecutionOutcome> {
    const shell = shellOf(interpreters);
    if (shell === undefined) {
      const { fix: shellFix } = knownInterpreters.bash;
      throw new RequestError(
        'sandbox_unavailable',
        `There is no shell on this server. To add it: ${shellFix}`,
        { details: { fix: shellFix } },
      );
    }
    const places: HostPlaces = { workspace, files: '' };
    // The line itself is the last word, and means what it says.
    const line = shellCommandLine(shell, request);
    const command = line.with(-2, directoryOnHost(line.at(-2) ?? '', places));
    if (signal.aborted) return notStarted();
    const environment = ownEnvironment();
    const process = { command, environment, directory: workspace, owner, stdin: undefined };
    const outcome = await runProcess(process, limits, { ...request, signal });
    return commandOutcome({
      ...outcome,
      stderr: directoriesInSandbox(outcome.stderr, places),
    });
  }

  function ownEnvironment(): Record<string, string> {
    return { ...hostEnvironment(commands), HOME: workspace };
  }
}

function noTerminals(): RequestError {
  return new RequestError(
    'sandbox_unavailable',
    `There are no terminals without a sandbox; single commands do run. To add them: ${fix}`,
    { details: { fix } },
  );
}

function notStarted(): ExecutionOutcome {
  const nothing = { stdout: '', stderr: '', exitCode: null, signal: null };
  return { ...nothing, reason: 'cancelled', durationMs: 0, truncated: false };
}
