import { randomUUID } from 'node:crypto';
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RequestError } from '../../../errors.ts';
import { interpreters, languages, type InterpreterName } from '../../languages.ts';
import { resolveLimits } from '../../limits.ts';
import { baseEnvironment, type InterpreterCommand } from '../../program.ts';
import type { ProbeResult, SandboxCapabilities } from '../../sandbox.ts';
import type { Scratch } from '../../scratch.ts';
import type { Owner } from '../../session-owner.ts';
import {
  interpreterCommands,
  parseSections,
  probeCopyName,
  probeFilePath,
  probeScript,
} from './probe-script.ts';
import { judgeProtections } from './protections.ts';
import { run } from './run.ts';
import { environmentOf, openPool, type DockerSetup } from './setup.ts';

/** What {@link probeSetup} found, and the setup with what it learned of the interpreters. */
export interface Probed {
  result: ProbeResult;
  setup?: DockerSetup;
}

/** The image goes slowly on a machine that has never run it. */
const probeMs = 30_000;

/**
 * Runs one container and judges by what a program in it saw.
 * @throws what the daemon says when none can be started.
 */
export async function probeSetup(
  setup: DockerSetup,
  scratch: Scratch,
  owner: Owner,
  filesDirectory: string | undefined,
): Promise<Probed> {
  const workspace = mkdtempSync(join(filesDirectory ?? tmpdir(), 'ide-assistant-probe-'));
  const pool = openPool(setup, scratch, { sessionId: 'probe', workspace, owner });
  const word = randomUUID();
  const limits = resolveLimits({ timeoutMs: probeMs });
  try {
    if (process.getuid?.() === 0) chownSync(workspace, owner.uid, owner.gid);
    const outcome = await run(
      pool,
      {
        command: ['/bin/sh', '-c', probeScript, 'sh', workspace],
        files: [{ path: probeFilePath, content: `${word}\n` }],
        environment: environmentOf(setup, baseEnvironment),
        stdin: undefined,
        limits,
        workspace,
      },
      {},
    );
    if (!/^@end$/m.test(outcome.stdout)) {
      return { result: { usable: false, reason: unfinished(outcome.reason) } };
    }
    const section = parseSections(outcome.stdout);
    const shared = section('copied') === 'yes\n' && readCopy(workspace).trim() === word;
    if (!shared) return { result: { usable: false, ...notShared } };

    const found = findInterpreters(section);
    const capabilities = capabilitiesOf(setup, [...found.keys()]);
    const protections = judgeProtections({ section, limits });
    return {
      result: { usable: true, capabilities: { ...capabilities, protections } },
      setup: { ...setup, interpreters: found },
    };
  } catch (error) {
    throw error instanceof RequestError && error.cause !== undefined ? error.cause : error;
  } finally {
    await pool.close();
    rmSync(workspace, { recursive: true, force: true });
  }
}

const notShared = {
  reason:
    'What the session’s user writes inside does not arrive in the workspace as his own: the ' +
    'daemon is on another machine, runs without root or maps users.',
  fix: 'use a Docker daemon of this machine that runs as root and without userns-remap',
};

/** Empty when the program could not write it. */
function readCopy(workspace: string): string {
  try {
    return readFileSync(join(workspace, probeCopyName), 'utf8');
  } catch {
    return '';
  }
}

function findInterpreters(
  section: (name: string) => string,
): Map<InterpreterName, InterpreterCommand> {
  const found = new Map<InterpreterName, InterpreterCommand>();
  for (const [name, called] of Object.entries(interpreterCommands) as [InterpreterName, string][]) {
    const [command = '', ...said] = section(called).split('\n');
    const version = /\d+\.\d+(\.\d+)?/.exec(said.join('\n'))?.[0];
    if (version !== undefined) found.set(name, { command, version });
  }
  return found;
}

/** The line that adds an interpreter to what the image has. */
export function imageFix(name: InterpreterName): string {
  return `use an image that has ${interpreterCommands[name]}`;
}

function capabilitiesOf(
  { containersPerSession }: DockerSetup,
  found: readonly InterpreterName[],
): Omit<SandboxCapabilities, 'protections'> {
  const missing = (Object.keys(interpreters) as InterpreterName[]).filter(
    (name) => !found.includes(name),
  );
  const fix = missing[0] === undefined ? undefined : imageFix(missing[0]);
  return {
    driver: 'docker',
    isolation: 'container',
    languages: languages.filter((row) => found.includes(row.interpreter)).map((row) => row.name),
    shell: true,
    // One container is left for runs.
    terminal: containersPerSession > 1,
    pause: 'container',
    warnings: [
      'The server may use the Docker socket, and is thereby as good as root on its host.',
      ...missing.map((name) => `The image has no ${interpreterCommands[name]}.`),
    ],
    ...(fix !== undefined && { fix }),
  };
}

function unfinished(reason: string): string {
  return `A container started but could not finish its own check (${reason}).`;
}
