import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { KitError } from '../../../errors.ts';
import type { SandboxDriver } from '../../sandbox.ts';
import { openScratch } from '../../scratch.ts';
import { releaseSessionOwner, sessionOwner, type Owner } from '../../session-owner.ts';
import { createGate } from './gate.ts';
import { openSandbox, type SharedParts } from './open-sandbox.ts';
import { probeSetup, type Probed } from './probe.ts';
import { isReachable } from './reachable.ts';
import { prepareSetup, type BubblewrapSetup } from './setup.ts';
import { createUpkeep } from './upkeep.ts';
import { createWarmInterpreters } from './warm-interpreters.ts';

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
  /**
   * Most interpreters that wait for a program, over all sessions: after a run its session gets one
   * of that kind, which starts the next program sooner and is used for that one alone. 0 turns it
   * off.
   * @default 16
   */
  warm?: number;
  /**
   * Told when something could not be cleared away or started ahead; no run fails by that.
   * @default nobody
   */
  onError?: (error: unknown) => void;
}

const defaultWarm = 16;

/**
 * Runs each program in namespaces of its own, behind a system call filter, as nobody in
 * particular. Linux only; needs bubblewrap 0.8 or newer.
 */
export function bubblewrap(options: BubblewrapOptions = {}): SandboxDriver {
  let probed: Promise<Probed> | undefined;
  let shared: SharedParts | undefined;
  let open = 0;
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
      const { sessionId, workspace, limits } = request;
      const root = await realpath(workspace.root);
      const owner = sessionOwner(sessionId) && (workspace.owner ?? sessionOwner(sessionId));
      if (owner !== undefined) requireUsable(setup, root, owner);
      shared ??= {
        setup,
        gate: createGate(setup),
        scratch: openScratch(),
        warm: createWarmInterpreters(options.warm ?? defaultWarm),
        upkeep: createUpkeep(options.onError ?? (() => undefined)),
      };
      const { gate, scratch } = shared;
      open += 1;
      return openSandbox(shared, {
        workspace: root,
        owner,
        limits,
        languages: result.capabilities.languages,
        async onClosed() {
          open -= 1;
          // Nothing of the driver waits or lies about while no session has a sandbox.
          if (open === 0) await Promise.all([gate.close(), scratch.close()]);
        },
      });
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
