import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type { SandboxLimits } from '../../limits.ts';
import type { ProgramSpec } from '../../program.ts';
import type { Owner } from '../../session-owner.ts';
import { bridgePaths, type Bridge } from './bridge.ts';
import { descriptors, identityFiles, mountArguments, type BoundFile } from './mounts.ts';
import { reportingShell } from './exit-report.ts';
import { prlimitOptions, resourceLimits } from './resource-limits.ts';
import type { BubblewrapSetup } from './setup.ts';

/** One command line and the sandbox around it. */
export interface LaunchSpec extends ProgramSpec {
  /** Host path of the workspace. */
  workspace: string;
  /** Who runs it; `undefined`: the server's own user. */
  owner: Owner | undefined;
  limits: SandboxLimits;
  binds: readonly BoundFile[];
}

/** A started sandbox and the streams that tell of it. */
export interface Launched {
  child: ChildProcess;
  stdout: Readable;
  stderr: Readable;
  /** bubblewrap's status document. */
  status: Readable;
  /** What {@link reportingShell} tells. */
  report: Readable;
}

/**
 * Starts bubblewrap. Everything but the command goes by descriptors: the arguments, since any
 * process inside can read those of process 1, the filter and the files, since nothing then needs
 * a place on the host's disk.
 * @param joinFiles control groups to join before anything is forked.
 */
export function launch(
  setup: BubblewrapSetup,
  spec: LaunchSpec,
  joinFiles: readonly string[],
): Launched {
  const files = [...identityFiles, ...spec.files];
  const limits = resourceLimits(spec.limits, setup.hardLimits, { watched: setup.watched });
  const bridge =
    setup.bridges && spec.owner
      ? bridgePaths([spec.workspace, ...spec.binds.map(({ from }) => from)], spec.owner)
      : null;
  const options = mountArguments({ ...spec, ...(bridge && bridged(spec, bridge)), files });
  const [program, ...args] = [
    ...joinAndDrop(setup, spec.owner, joinFiles, bridge),
    setup.bwrap,
    '--args',
    String(descriptors.arguments),
    '--',
    ...reportingShell,
    setup.prlimit,
    ...prlimitOptions(limits),
    '--',
    ...spec.command,
  ];

  const devNull = openSync('/dev/null', 'r');
  try {
    const child = spawn(program, args, {
      stdio: stdioOf(setup.inherited, files.length, spec.stdin !== undefined, devNull),
      // A group of its own, so that one signal reaches whatever has not yet left it.
      detached: true,
      // bubblewrap's process 1 keeps this environment, and programs inside can read it.
      env: { PATH: '/usr/bin:/bin' },
    });
    feed(child, descriptors.filter, setup.filter);
    feed(child, descriptors.arguments, options.map((option) => `${option}\0`).join(''));
    for (const [index, file] of files.entries()) {
      feed(child, descriptors.firstFile + index, file.content);
    }
    if (spec.stdin !== undefined) feed(child, 0, spec.stdin);
    return {
      child,
      stdout: readable(child, 1),
      stderr: readable(child, 2),
      status: readable(child, descriptors.status),
      report: readable(child, descriptors.report),
    };
  } finally {
    closeSync(devNull);
  }
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

/** The programs that each replace themselves by the next before bubblewrap starts. */
function joinAndDrop(
  setup: BubblewrapSetup,
  owner: Owner | undefined,
  joinFiles: readonly string[],
  bridge: Bridge | null,
): [string, ...string[]] | [] {
  const joins = joinFiles.map((_, index) => `echo 0 > "$${index + 1}" && `).join('');
  const script = `${joins}${bridge?.script ?? ''}shift ${joinFiles.length} && exec "$@"`;
  const shell: [string, ...string[]] = ['/bin/sh', '-c', script, 'sh', ...joinFiles];
  const ownMounts = ['--mount', '--propagation', 'private', '--', ...shell];
  let join: [string, ...string[]] | [] = joinFiles.length === 0 ? [] : shell;
  if (bridge) join = ['/usr/bin/unshare', ...ownMounts];
  if (owner === undefined || setup.setpriv === undefined) return join;
  const drop = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups', '--no-new-privs'];
  const [first = setup.setpriv, ...rest] = [...join, setup.setpriv, ...drop, '--'];
  return [first, ...rest];
}

type Stdio = ('pipe' | 'ignore' | number)[];

function stdioOf(
  inherited: readonly number[],
  fileCount: number,
  hasStdin: boolean,
  devNull: number,
): Stdio {
  const { filter, status, arguments: options, report, firstFile } = descriptors;
  const piped = new Set([1, 2, filter, status, options, report]);
  for (let index = 0; index < fileCount; index++) piped.add(firstFile + index);
  if (hasStdin) piped.add(0);
  const length = Math.max(...piped, ...inherited) + 1;
  return Array.from({ length }, (_, descriptor) => {
    if (piped.has(descriptor)) return 'pipe';
    // From 3 on, 'ignore' leaves a descriptor as it is, so an inherited one is covered instead.
    return inherited.includes(descriptor) ? devNull : 'ignore';
  });
}

function feed(child: ChildProcess, descriptor: number, content: string | Uint8Array): void {
  const stream = child.stdio[descriptor] as Writable;
  // Whoever reads may end before it has read all: bubblewrap when it fails, which its exit tells,
  // and a program that does not care for its input.
  stream.on('error', () => {});
  stream.end(content);
}

function readable(child: ChildProcess, descriptor: number): Readable {
  return child.stdio[descriptor] as Readable;
}
