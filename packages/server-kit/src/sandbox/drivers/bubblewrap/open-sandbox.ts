import { RequestError } from '../../../errors.ts';
import { interpreters, requireLanguage } from '../../languages.ts';
import { resolveLimits, type SandboxLimits } from '../../limits.ts';
import type { DataFile } from '../../places.ts';
import { baseEnvironment, programOf, warmProgramOf, type ProgramSpec } from '../../program.ts';
import type {
  CodeRequest,
  CommandRequest,
  ExecutionOutcome,
  ExecutionRequest,
  Sandbox,
  Terminal,
  TerminalOptions,
} from '../../sandbox.ts';
import { sandboxOf } from '../../sandbox-of.ts';
import type { Scratch } from '../../scratch.ts';
import type { Owner } from '../../session-owner.ts';
import { commandOutcome, shellCommandLine } from '../../shell-command.ts';
import { typeErrorOutcome } from '../../strip-types.ts';
import { terminalCpuSeconds, terminalEnvironment } from '../../terminal-settings.ts';
import { freeze, thaw } from './freeze.ts';
import { endSandbox, type Gate } from './gate.ts';
import { launch, mayStartAhead, type LaunchSpec } from './launch.ts';
import type { BoundFile } from './mounts.ts';
import { loadPtyAddon, ptyFix } from './pty-addon.ts';
import { attempt, conduct } from './run.ts';
import { putRunFiles, type RunFiles } from './run-files.ts';
import type { BubblewrapSetup } from './setup.ts';
import { startTerminal } from './terminal.ts';
import type { Upkeep } from './upkeep.ts';
import { descriptors, type WaitingShell } from './waiting-shell.ts';
import {
  mayRunUnder,
  order,
  type WarmInterpreter,
  type WarmInterpreters,
  type WarmSource,
} from './warm-interpreters.ts';

/** What the sandboxes of a driver share. */
export interface SharedParts {
  setup: BubblewrapSetup;
  gate: Gate;
  scratch: Scratch;
  warm: WarmInterpreters;
  upkeep: Upkeep;
}

/** What {@link openSandbox} needs beside them. */
export interface SandboxPlace {
  /** Host path of the workspace. */
  workspace: string;
  owner: Owner | undefined;
  limits: Partial<SandboxLimits> | undefined;
  /** Names of the languages that run here. */
  languages: readonly string[];
  /** Called when it is closed. */
  onClosed: () => Promise<void>;
}

/** Opens a session's sandbox. Nothing of it runs before the first request. */
export function openSandbox(
  { setup, gate, scratch, warm, upkeep }: SharedParts,
  { workspace, owner, limits: sandboxLimits, languages, onClosed }: SandboxPlace,
): Sandbox {
  const usual = resolveLimits(sandboxLimits);
  const binds = allBinds(setup);
  const terminals = new Set<WaitingShell>();
  let closed = false;
  // What lies where the session's user may not go is brought to him by mounts that come first.
  const reachable = mayStartAhead(
    setup,
    [workspace, ...binds.map(({ from }) => from), scratch.place],
    owner,
  );
  const aheadFor = reachable ? owner : null;

  const source: WarmSource = {
    start(name) {
      const place = setup.interpreters.get(name);
      const spec = place && warmProgramOf(name, place, descriptors.control);
      if (place === undefined || spec === undefined) return undefined;
      const files = putRunFiles(scratch, spec.files, owner);
      const sandbox = gate.take(usual, null);
      try {
        launch(setup, sandbox, { ...specOf(spec, files, place.binds, usual), controlled: true });
      } catch (error) {
        upkeep.soon(() => source.end({ sandbox, files }));
        throw error;
      }
      return { sandbox, files };
    },
    async end({ sandbox, files }) {
      await endSandbox(sandbox);
      clearAway(sandbox, files);
    },
  };

  return sandboxOf({
    start: (request, signal) =>
      'command' in request ? runCommand(request, signal) : runCode(request, signal),
    openTerminal,
    async pause() {
      await warm.clear(source);
      await Promise.all([...terminals].map((terminal) => freeze(setup, terminal)));
    },
    async resume() {
      for (const terminal of terminals) thaw(setup, terminal);
    },
    async dispose() {
      closed = true;
      await warm.clear(source);
      await upkeep.done();
      await onClosed();
    },
  });

  async function runCode(request: CodeRequest, signal: AbortSignal): Promise<ExecutionOutcome> {
    const language = requireLanguage(
      request.language,
      languages,
      (row) => interpreters[row.interpreter].fix,
    );
    const { interpreter } = language;
    const place = setup.interpreters.get(interpreter);
    if (place === undefined) throw new TypeError(`No interpreter for ${language.name}.`);
    const program = programOf(language, place, request);
    if (!program.ok) return typeErrorOutcome(program.message);
    const limits = resolveLimits(sandboxLimits, request.limits);
    if (signal.aborted) return notStarted();

    const ready = mayRunUnder(limits, usual) ? warm.take(source, interpreter) : undefined;
    const outcome =
      (ready && (await runWarm(ready, program.spec, limits, request, signal))) ??
      (await runCold(program.spec, place.binds, limits, request, signal));
    upkeep.soon(() => {
      if (!closed) warm.prepare(source, interpreter);
    });
    return outcome;
  }

  async function runCommand(
    request: CommandRequest,
    signal: AbortSignal,
  ): Promise<ExecutionOutcome> {
    const spec: ProgramSpec = {
      command: shellCommandLine(setup.shell, request),
      files: [],
      environment: baseEnvironment,
      stdin: undefined,
    };
    const limits = resolveLimits(sandboxLimits, request.limits);
    if (signal.aborted) return notStarted();
    return commandOutcome(await runCold(spec, allBinds(setup), limits, request, signal));
  }

  async function runCold(
    spec: ProgramSpec,
    binds: readonly BoundFile[],
    limits: SandboxLimits,
    { onOutput }: ExecutionRequest,
    signal: AbortSignal,
  ): Promise<ExecutionOutcome> {
    const about = { stdin: spec.stdin, signal, ...(onOutput && { onOutput }) };
    return inSandbox(aheadFor, spec.files, limits, (sandbox, files) => {
      attempt(() => launch(setup, sandbox, specOf(spec, files, binds, limits)));
      return conduct(setup, sandbox, { limits, workspace }, about);
    });
  }

  /** Gives null when the interpreter died before it could begin, so that nothing has happened. */
  async function runWarm(
    ready: WarmInterpreter,
    spec: ProgramSpec,
    limits: SandboxLimits,
    { onOutput }: ExecutionRequest,
    signal: AbortSignal,
  ): Promise<ExecutionOutcome | null> {
    const { sandbox } = ready;
    const about = { stdin: spec.stdin, signal, ...(onOutput && { onOutput }) };
    const diedBefore = (): boolean => sandbox.answer() === '' && !signal.aborted;
    try {
      order(ready, spec);
      const outcome = await conduct(setup, sandbox, { limits, workspace }, about);
      return outcome.reason !== 'timeout' && diedBefore() ? null : outcome;
    } catch (error) {
      if (diedBefore()) return null;
      throw error;
    } finally {
      await source.end(ready);
    }
  }

  async function openTerminal(options: TerminalOptions): Promise<Terminal> {
    const addon = loadPtyAddon();
    if (addon === null) {
      throw new RequestError(
        'sandbox_unavailable',
        `This server has no interactive terminals. To add them: ${ptyFix}`,
        { details: { fix: ptyFix } },
      );
    }
    const shell = options.shell === 'sh' ? '/bin/sh' : setup.shell;
    const spec = { command: [shell, '-i'], environment: terminalEnvironment(shell) };
    const limits = { ...usual, cpuSeconds: terminalCpuSeconds };
    const opened = Promise.withResolvers<Terminal>();
    const lasting = inSandbox(null, [], limits, async (sandbox, files) => {
      terminals.add(sandbox);
      const launchSpec = specOf(spec, files, allBinds(setup), limits);
      try {
        const terminal = await startTerminal(setup, addon, sandbox, launchSpec, options);
        opened.resolve(terminal);
        await terminal.ended;
      } finally {
        terminals.delete(sandbox);
      }
    });
    lasting.catch(opened.reject);
    return opened.promise;
  }

  /** Lends a sandbox that waits to be launched, and the files for it. */
  async function inSandbox<Result>(
    ahead: Owner | undefined | null,
    files: readonly DataFile[],
    limits: SandboxLimits,
    work: (sandbox: WaitingShell, files: RunFiles) => Promise<Result>,
  ): Promise<Result> {
    const [sandbox, put] = attempt(() => [
      gate.take(limits, ahead),
      putRunFiles(scratch, files, owner),
    ]);
    try {
      return await work(sandbox, put);
    } finally {
      await endSandbox(sandbox);
      clearAway(sandbox, put);
    }
  }

  function clearAway(sandbox: WaitingShell, files: RunFiles): void {
    upkeep.soon(async () => {
      await sandbox.group?.remove();
      await files.remove();
    });
    upkeep.soon(() => {
      if (!closed) gate.refill(aheadFor);
    });
  }

  function specOf(
    { command, environment }: Pick<ProgramSpec, 'command' | 'environment'>,
    files: RunFiles,
    binds: readonly BoundFile[],
    limits: SandboxLimits,
  ): LaunchSpec {
    return {
      command,
      environment,
      workspace,
      owner,
      limits,
      binds: [...binds, ...files.binds],
    };
  }
}

/** What commands may call by name: every interpreter that lies outside the system's directories. */
function allBinds(setup: BubblewrapSetup): BoundFile[] {
  return [...setup.interpreters.values()].flatMap(({ binds }) => binds);
}

function notStarted(): ExecutionOutcome {
  const nothing = { stdout: '', stderr: '', exitCode: null, signal: null };
  return { ...nothing, reason: 'cancelled', durationMs: 0, truncated: false };
}
