import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { openCgroups } from '../../cgroup/cgroups.ts';
import type { Cgroups } from '../../cgroup/run-group.ts';
import { interpreters, type InterpreterName } from '../../languages.ts';
import type { InterpreterCommand } from '../../program.ts';
import { buildFilter, isFilterArch } from '../../seccomp/filter.ts';
import type { Owner } from '../../session-owner.ts';
import { canBridge } from './bridge.ts';
import type { Failure } from './failure.ts';
import { inheritedDescriptors } from './inherited-descriptors.ts';
import type { BoundFile } from './mounts.ts';
import { isReachable } from './reachable.ts';
import { parseResourceLimits, type NprocLetter, type ResourceValues } from './resource-limits.ts';

/** What every run of the driver needs from the host. */
export interface BubblewrapSetup {
  bwrap: string;
  /** How the system's shell calls the limit on processes. */
  nprocLetter: NprocLetter;
  /** Changes to the session's user; only when the server is root. */
  setpriv: string | undefined;
  /** The seccomp program. */
  filter: Buffer;
  cgroups: Cgroups | undefined;
  /** Whether the run's memory is watched since no control group counts it. */
  watched: boolean;
  hardLimits: ResourceValues;
  /** Descriptors that children would inherit. */
  inherited: readonly number[];
  interpreters: ReadonlyMap<InterpreterName, InterpreterPlace>;
  /** The shell that runs commands, as called inside. */
  shell: string;
  /** Whether paths that the session's user may not walk to can be brought to him. */
  bridges: boolean;
}

/** Where an interpreter is called inside, and what must be bound for that. */
export interface InterpreterPlace extends InterpreterCommand {
  binds: readonly BoundFile[];
}

/** What {@link prepareSetup} may be told. */
export interface SetupOptions {
  /** Path of bubblewrap. */
  bwrapPath?: string | undefined;
  /** Whether control groups are used where they can be. */
  cgroups: boolean;
  /** Whether hidden paths may be brought to the session's user. */
  privateMounts: boolean;
  /** Whose reach decides where interpreters are taken from; `undefined`: the server's own. */
  owner: Owner | undefined;
}

/** Looks the host over; a {@link Failure} when bubblewrap cannot work here at all. */
export function prepareSetup(options: SetupOptions): BubblewrapSetup | Failure {
  const { arch, platform } = process;
  if (platform !== 'linux') return { reason: `bubblewrap needs Linux; this is ${platform}.` };
  if (!isFilterArch(arch)) return { reason: `There is no system call filter for ${arch}.` };

  const bwrap = options.bwrapPath ?? findProgram('bwrap');
  if (bwrap === undefined || !existsSync(bwrap)) {
    return { reason: 'bubblewrap is not installed.', fix: 'apt-get install bubblewrap' };
  }
  const version = readVersion(bwrap);
  if (version === undefined || version < 8) {
    return {
      reason: 'bubblewrap is older than 0.8, which cannot refuse further user namespaces.',
      fix: 'install bubblewrap 0.8 or newer',
    };
  }
  const setpriv = options.owner === undefined ? undefined : findProgram('setpriv');
  if (options.owner !== undefined && setpriv === undefined) {
    return { reason: 'setpriv is missing.', fix: 'apt-get install util-linux' };
  }

  const cgroups = options.cgroups ? openCgroups() : undefined;
  const bridges = options.privateMounts && options.owner !== undefined && canBridge();
  const watched = cgroups?.controls.includes('memory') !== true;
  return {
    bwrap,
    nprocLetter: findNprocLetter(),
    setpriv,
    filter: buildFilter(arch, { refuseMemfd: watched }),
    cgroups,
    watched,
    hardLimits: parseResourceLimits(readFileSync('/proc/self/limits', 'utf8'), 'hard'),
    inherited: inheritedDescriptors(),
    interpreters: findInterpreters(bridges ? undefined : options.owner),
    shell: findProgram('bash') ?? '/bin/sh',
    bridges,
  };
}

function findNprocLetter(): NprocLetter {
  const script = 'ulimit -u >/dev/null 2>&1 && echo u || echo p';
  const letter = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8', env: {} });
  return letter.trim() === 'u' ? 'u' : 'p';
}

function findProgram(name: string): string | undefined {
  return ['/usr/bin', '/bin', '/usr/sbin', '/usr/local/bin']
    .map((directory) => `${directory}/${name}`)
    .find((path) => existsSync(path));
}

/** The minor version of a 0.x release, and a large number from 1.0 on. */
function readVersion(bwrap: string): number | undefined {
  const text = execFileSync(bwrap, ['--version'], { encoding: 'utf8', env: {} });
  const [, major, minor] = /(\d+)\.(\d+)/.exec(text) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  return Number(major) * 1_000 + Number(minor);
}

/** With an owner, only those that he can walk to. */
function findInterpreters(owner: Owner | undefined): Map<InterpreterName, InterpreterPlace> {
  const found = new Map<InterpreterName, InterpreterPlace>();
  for (const name of Object.keys(interpreters) as InterpreterName[]) {
    const { hostPaths, boundAt } = interpreters[name];
    const path = hostPaths.find((candidate) => {
      return existsSync(candidate) && (owner === undefined || isReachable(candidate, owner));
    });
    if (path === undefined) continue;
    const from = realpathSync(path);
    const visible = from.startsWith('/usr/') || from.startsWith('/bin/');
    found.set(
      name,
      visible ? { command: path, binds: [] } : { command: boundAt, binds: [{ from, to: boundAt }] },
    );
  }
  return found;
}
