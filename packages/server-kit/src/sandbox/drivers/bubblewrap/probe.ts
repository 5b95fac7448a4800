import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { RequestError } from '../../../errors.ts';
import { interpreters, languages, type InterpreterName } from '../../languages.ts';
import { resolveLimits } from '../../limits.ts';
import { baseEnvironment } from '../../program.ts';
import type { ExecutionOutcome, ProbeResult, SandboxCapabilities } from '../../sandbox.ts';
import { openScratch } from '../../scratch.ts';
import type { Owner } from '../../session-owner.ts';
import { explainFailure } from './failure.ts';
import { endSandbox } from './gate.ts';
import { launch, type LaunchSpec } from './launch.ts';
import { loadPtyAddon, ptyFix } from './pty-addon.ts';
import { judgeProtections, type ProbeFacts } from './protections.ts';
import { resourceLimits } from './resource-limits.ts';
import { conduct } from './run.ts';
import { putRunFiles } from './run-files.ts';
import type { BubblewrapSetup } from './setup.ts';
import { startWaitingShell } from './waiting-shell.ts';

/**
 * Prints what a program inside can see and do, as `section name` lines followed by facts. `$1` is
 * a path that exists on the host and must not exist here; the rest are interpreters.
 */
const probeScript = `
echo '@status'; cat /proc/self/status
echo '@limits'; cat /proc/self/limits
echo '@interfaces'; cat /proc/net/dev
echo '@processes'; for p in /proc/[0-9]*; do echo "$p"; done
echo '@first'; cat /proc/1/comm
echo '@host'; if [ -e "$1" ]; then echo "$1"; fi
echo '@writable'; for d in / /usr /etc /dev /run /proc/sys/kernel; do
  if ( : > "$d/probe" ) 2>/dev/null; then echo "$d"; fi
done
echo '@namespace'; unshare --user /bin/sh -c 'echo made' 2>/dev/null
shift
for i in "$@"; do echo "@$i"; "$i" --version 2>&1; done
echo '@end'
`;

/** What {@link probeSetup} found, and the setup with what it learned of the interpreters. */
export interface Probed {
  result: ProbeResult;
  setup?: BubblewrapSetup;
}

/** Runs a sandbox once and judges by what it saw. */
export async function probeSetup(
  setup: BubblewrapSetup,
  owner: Owner | undefined,
): Promise<Probed> {
  const workspace = mkdtempSync(join(tmpdir(), 'ide-assistant-probe-'));
  try {
    if (owner !== undefined) chownSync(workspace, owner.uid, owner.gid);
    const places = [...setup.interpreters];
    const limits = resolveLimits();
    const outcome = await observe(setup, {
      command: ['/bin/sh', '-c', probeScript, 'sh', workspace, ...places.map(commandOf)],
      workspace,
      owner,
      limits,
      binds: places.flatMap(([, place]) => place.binds),
      environment: baseEnvironment,
    });
    const sections = parseSections(outcome.stdout);
    if (!sections.has('end')) {
      return { result: { usable: false, reason: unfinished(outcome.reason) } };
    }
    const found = new Map(
      places.flatMap(([name, place]) => {
        const version = /\d+\.\d+(\.\d+)?/.exec(sections.get(place.command) ?? '')?.[0];
        return version === undefined ? [] : [[name, { ...place, version }] as const];
      }),
    );
    const facts: ProbeFacts = {
      section: (name) => sections.get(name) ?? '',
      cgroups: setup.cgroups,
      peakBytes: outcome.peakMemoryBytes,
      kernel: release(),
      limits,
      wanted: resourceLimits(limits, setup.hardLimits, { watched: setup.watched }),
    };
    return {
      result: { usable: true, capabilities: capabilitiesOf(facts, [...found.keys()]) },
      setup: { ...setup, interpreters: found },
    };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const said = error.cause instanceof Error ? error.cause.message : '';
    const failure = explainFailure(said, { inContainer: existsSync('/.dockerenv') });
    return { result: { usable: false, ...failure } };
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}

function capabilitiesOf(facts: ProbeFacts, found: readonly InterpreterName[]): SandboxCapabilities {
  const missing = (Object.keys(interpreters) as InterpreterName[]).filter(
    (name) => !found.includes(name),
  );
  const warnings = missing.map((name) => `${name} was not found: ${interpreters[name].fix}`);
  if (loadPtyAddon() === null) warnings.push(`There are no interactive terminals: ${ptyFix}`);
  if (process.pid === 1) {
    warnings.push(
      'Node is process 1 and will not reap what runs leave behind: start the container with --init.',
    );
  }
  const fix = missing[0] === undefined ? undefined : interpreters[missing[0]].fix;
  return {
    driver: 'bubblewrap',
    isolation: 'namespace',
    languages: languages.filter((row) => found.includes(row.interpreter)).map((row) => row.name),
    shell: true,
    terminal: loadPtyAddon() !== null,
    pause: facts.cgroups?.controls.includes('freeze') === true ? 'freezer' : 'signals',
    protections: judgeProtections(facts),
    warnings,
    ...(fix !== undefined && { fix }),
  };
}

/** Runs a command in a sandbox of which nothing is left afterwards. */
async function observe(setup: BubblewrapSetup, spec: LaunchSpec): Promise<ExecutionOutcome> {
  const scratch = openScratch();
  const files = putRunFiles(scratch, [], spec.owner);
  try {
    const sandbox = startWaitingShell(setup, spec.limits);
    try {
      launch(setup, sandbox, { ...spec, binds: [...spec.binds, ...files.binds] });
      return await conduct(setup, sandbox, spec, { stdin: undefined });
    } finally {
      await endSandbox(sandbox);
      await sandbox.group?.remove();
    }
  } finally {
    await scratch.close();
  }
}

function commandOf([, { command }]: [InterpreterName, { command: string }]): string {
  return command;
}

function parseSections(text: string): Map<string, string> {
  const sections = new Map<string, string>();
  for (const section of text.split(/^@/m).slice(1)) {
    const end = section.indexOf('\n');
    sections.set(section.slice(0, end), section.slice(end + 1));
  }
  return sections;
}

function unfinished(reason: string): string {
  return `The sandbox started but could not finish its own check (${reason}).`;
}
