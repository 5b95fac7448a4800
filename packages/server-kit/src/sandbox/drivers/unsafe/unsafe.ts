import { realpath } from 'node:fs/promises';
import { KitError } from '../../../errors.ts';
import type { InterpreterName } from '../../languages.ts';
import type { ProbeResult, SandboxDriver } from '../../sandbox.ts';
import { releaseSessionOwner, sessionOwner } from '../../session-owner.ts';
import { capabilitiesOf, fix } from './capabilities.ts';
import { findInterpreters, type HostInterpreters } from './host-interpreters.ts';
import { openSandbox } from './open-sandbox.ts';

/** Options of {@link unsafe}. */
export interface UnsafeOptions {
  /**
   * Absolute paths of interpreters, for those that lie in no usual place. @default the first of each
   * in the usual places and in the directories of the server's PATH
   */
  interpreters?: Partial<Record<InterpreterName, string>>;
}

/**
 * Runs programs as plain child processes in the workspace's directory. This is no sandbox: a program
 * can read, change and send away whatever the server's user can. It is for development on a machine
 * where nothing else works, is never tried unless a host names it, and refuses to work where
 * `NODE_ENV` is `production`.
 *
 * A kit that uses it must also say that nothing is required.
 * @example
 * ```ts
 * createServerKit({ auth, sandbox: { drivers: [bubblewrap(), unsafe()], require: [] } });
 * ```
 */
export function unsafe({ interpreters = {} }: UnsafeOptions = {}): SandboxDriver {
  let found: Promise<HostInterpreters> | undefined;
  const findOnce = (): Promise<HostInterpreters> => (found ??= findHere(interpreters));

  const probe = async (): Promise<ProbeResult> => {
    // Looked at each time, since it decides whether anything may run at all.
    if (process.env['NODE_ENV'] === 'production') return { usable: false, reason: refusal, fix };
    const known = await findOnce();
    if (known.size === 0) {
      return { usable: false, reason: 'There is no interpreter that this server may start.', fix };
    }
    return { usable: true, capabilities: capabilitiesOf(known) };
  };

  return {
    name: 'unsafe',
    probe,
    async open({ sessionId, workspace, limits }) {
      const result = await probe();
      if (!result.usable) throw new KitError('SANDBOX_UNAVAILABLE', `${result.reason} ${fix}`);
      return openSandbox({
        workspace: await realpath(workspace.root),
        owner: sessionOwner(sessionId) && (workspace.owner ?? sessionOwner(sessionId)),
        limits,
        languages: result.capabilities.languages,
        interpreters: await findOnce(),
      });
    },
  };
}

const refusal =
  'The unsafe driver does not run where NODE_ENV is "production": it protects the server from nothing.';

/** A server that is root runs programs as the session's user, who may reach less. */
async function findHere(
  wanted: Partial<Record<InterpreterName, string>>,
): Promise<HostInterpreters> {
  const probeId = 'unsafe-probe';
  try {
    return await findInterpreters(wanted, sessionOwner(probeId));
  } finally {
    releaseSessionOwner(probeId);
  }
}
