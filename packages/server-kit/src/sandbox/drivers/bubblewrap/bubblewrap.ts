import { statSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { KitError, RequestError } from '../../../errors.ts';
import { interpreters, requireLanguage } from '../../languages.ts';
import { resolveLimits } from '../../limits.ts';
import { baseEnvironment, programOf, type Program } from '../../program.ts';
import { commandOutcome, shellCommandLine } from '../../shell-command.ts';
import type {
  ExecutionOutcome,
  ExecutionRequest,
  OpenSandboxOptions,
  Sandbox,
  SandboxDriver,
} from '../../sandbox.ts';
import { sandboxOf } from '../../sandbox-of.ts';
import { releaseSessionOwner, sessionOwner, type Owner } from '../../session-owner.ts';
import { typeErrorOutcome } from '../../strip-types.ts';
import { probeSetup, type Probed } from './probe.ts';
import type { BoundFile } from './mounts.ts';
import { isReachable } from './reachable.ts';
import { run } from './run.ts';
import { prepareSetup, type BubblewrapSetup } from './setup.ts';

/** Options of {@link bubblewrap}. */
export interface BubblewrapOptions {
  /** Path of the program. @default the first `bwrap` in /usr/bin, /bin, /usr/sbin, /usr/local/bin */
  path?: string;
  /**
   * Whether control groups hold memory and processes where the server may make some. `false` takes
   * resource limits and a watchdog even there.
   * @default true
   */
  cgroups?: boolean;
  /**
   * Whether a workspace or interpreter below a directory that is closed to the session's user, as
   * /root is, is brought to him by a mount that only the run has. Needs a server that is root and
   * may mount; `false` refuses such workspaces.
   * @default true
   */
  privateMounts?: boolean;
}

/**
 * Runs each program in namespaces of its own, behind a system call filter, as nobody in
 * particular. Linux only; needs bubblewrap 0.8 or newer.
 */
export function bubblewrap(options: BubblewrapOptions = {}): SandboxDriver {
  let probed: Promise<Probed> | undefined;
  const probeOnce = (): Promise<Probed> => (probed ??= probe(options));
  return {
    name: 'bubblewrap',
    probe: async () => (await probeOnce()).result,
    async open(request) {
      const { result, setup } = await probeOnce();
      if (!result.usable || setup === undefined) {
        const { reason, fix } = result.usable ? { reason: 'It was not set up.' } : result;
        throw new KitError('SANDBOX_UNAVAILABLE', fix === undefined ? reason : `${reason} ${fix}`);
      }
      return openSandbox(setup, result.capabilities.languages, request);
    },
  };
}

async function probe({
  path,
  cgroups = true,
  privateMounts = true,
}: BubblewrapOptions): Promise<Probed> {
  const probeId = `probe-${randomUUID()}`;
  const owner = sessionOwner(probeId);
  try {
    const setup = prepareSetup({ bwrapPath: path, cgroups, privateMounts, owner });
    if ('reason' in setup) return { result: { usable: false, ...setup } };
    return await probeSetup(setup, owner);
  } finally {
    releaseSessionOwner(probeId);
  }
}

async function openSandbox(
  setup: BubblewrapSetup,
  available: readonly string[],
  { sessionId, workspace, limits }: OpenSandboxOptions,
): Promise<Sandbox> {
  const root = await realpath(workspace.root);
  const owner = sessionOwner(sessionId) && (workspace.owner ?? sessionOwner(sessionId));
  if (owner !== undefined) requireUsable(setup, root, owner);

  const specOf = (request: ExecutionRequest): Program & { binds?: readonly BoundFile[] } => {
    if ('command' in request) {
      const spec = {
        command: shellCommandLine(setup.shell, request),
        files: [],
        environment: baseEnvironment,
        stdin: undefined,
      };
      return { ok: true, spec };
    }
    const language = requireLanguage(
      request.language,
      available,
      (row) => interpreters[row.interpreter].fix,
    );
    const place = setup.interpreters.get(language.interpreter);
    if (place === undefined) throw new TypeError(`No interpreter for ${language.name}.`);
    return { ...programOf(language, place, request), binds: place.binds };
  };

  const start = async (
    request: ExecutionRequest,
    signal: AbortSignal,
  ): Promise<ExecutionOutcome> => {
    const { onOutput } = request;
    const { binds = [], ...program } = specOf(request);
    if (!program.ok) return typeErrorOutcome(program.message);
    const outcome = await run(
      setup,
      {
        ...program.spec,
        binds,
        workspace: root,
        owner,
        limits: resolveLimits(limits, request.limits),
      },
      {
        signal,
        ...(onOutput && { onOutput }),
      },
    );
    return 'command' in request ? commandOutcome(outcome) : outcome;
  };

  return sandboxOf({
    start,
    openTerminal: () => Promise.reject(new RequestError('sandbox_unavailable', 'No terminal.')),
  });
}

/** Fails early and clearly where a run would only say that it may not enter the directory. */
function requireUsable(setup: BubblewrapSetup, root: string, owner: Owner): void {
  if (statSync(root).uid !== owner.uid) {
    throw new KitError(
      'WORKSPACE_OWNER',
      `The workspace must belong to the session's user ${owner.uid}: create it with sessionOwner().`,
    );
  }
  if (!setup.bridges && !isReachable(root, owner)) {
    throw new KitError(
      'WORKSPACE_UNREACHABLE',
      `A directory above ${root} is closed to the session's user. Keep workspaces where every ` +
        'directory above them may be searched by all, as /var/lib.',
    );
  }
}
