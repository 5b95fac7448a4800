import type { SandboxLimits } from '../../limits.ts';
import type { ProgramSpec } from '../../program.ts';
import type { Owner } from '../../session-owner.ts';
import { bridgePaths, type Bridge } from './bridge.ts';
import { mountArguments, type BoundFile } from './mounts.ts';
import { resourceLimits, ulimitCommands } from './resource-limits.ts';
import type { BubblewrapSetup } from './setup.ts';
import { quote, quoteInLine } from './shell-words.ts';
import { descriptors, feed, launchWords, type WaitingShell } from './waiting-shell.ts';

/** One command line and the sandbox around it. */
export interface LaunchSpec extends Pick<ProgramSpec, 'command' | 'environment'> {
  /** Host path of the workspace. */
  workspace: string;
  /** Who runs it; `undefined`: the server's own user. */
  owner: Owner | undefined;
  limits: SandboxLimits;
  binds: readonly BoundFile[];
  /** Whether the program is told on {@link descriptors.control} what it is to do. */
  controlled?: boolean;
  /** Host path of the terminal that it is started in; else its three streams are pipes. */
  terminal?: string;
}

/**
 * Lets a waiting shell become a sandbox. Everything but the command goes by descriptors: the
 * arguments, since any process inside can read those of process 1, and the filter, since it then
 * needs no place on the host's disk.
 */
export function launch(setup: BubblewrapSetup, waiting: WaitingShell, spec: LaunchSpec): void {
  const limits = resourceLimits(spec.limits, setup.hardLimits, { watched: setup.watched });
  const bridge =
    setup.bridges && spec.owner
      ? bridgePaths([spec.workspace, ...spec.binds.map(({ from }) => from)], spec.owner)
      : null;
  const options = mountArguments({
    ...spec,
    ...(bridge && bridged(spec, bridge)),
    ownTerminal: spec.terminal !== undefined,
  });
  const first = [
    // The first terminal that a session leader opens becomes its controlling one.
    ...(spec.terminal === undefined ? [] : [`exec 0<>${quote(spec.terminal)} 1>&0 2>&0;`]),
    'exec',
    ...inOwnMounts(bridge).map(quoteInLine),
    bubblewrapWords(setup, spec.owner),
  ];
  const second = [
    ...(spec.controlled === true ? [] : [`exec ${descriptors.control}<&-;`]),
    `${ulimitCommands(limits, setup.nprocLetter)};`,
    'exec',
    ...spec.command.map(quoteInLine),
  ];

  feed(waiting, descriptors.filter, setup.filter);
  feed(waiting, descriptors.arguments, options.map((option) => `${option}\0`).join(''));
  const lines = waiting.isAhead ? [second] : [first, second];
  feed(waiting, descriptors.line, lines.map((words) => `${words.join(' ')}\n`).join(''));
}

/** Whether a sandbox of this session can be bubblewrap before it is known what it is to run. */
export function mayStartAhead(
  setup: BubblewrapSetup,
  paths: readonly string[],
  owner: Owner | undefined,
): boolean {
  return !setup.bridges || owner === undefined || bridgePaths(paths, owner) === null;
}

/** The words that become bubblewrap as this user, and run what is read then. */
export function bubblewrapWords(setup: BubblewrapSetup, owner: Owner | undefined): string {
  return [...asOwner(setup, owner), setup.bwrap].map(quote).join(' ') + ` ${launchWords}`;
}

/** The same paths as the session's user finds them. */
function bridged(
  { workspace, binds }: LaunchSpec,
  { placeOf }: Bridge,
): Pick<LaunchSpec, 'workspace' | 'binds'> {
  return {
    workspace: placeOf(workspace),
    binds: binds.map(({ from, to }) => ({ from: placeOf(from), to })),
  };
}

function inOwnMounts(bridge: Bridge | null): string[] {
  if (bridge === null) return [];
  const shell = ['/bin/sh', '-c', `${bridge.script}exec "$@"`, 'sh'];
  return ['/usr/bin/unshare', '--mount', '--propagation', 'private', '--', ...shell];
}

function asOwner({ setpriv }: BubblewrapSetup, owner: Owner | undefined): string[] {
  if (owner === undefined || setpriv === undefined) return [];
  const user = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`];
  return [setpriv, ...user, '--clear-groups', '--no-new-privs', '--'];
}
