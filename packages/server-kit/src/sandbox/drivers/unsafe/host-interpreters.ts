import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join, parse } from 'node:path';
import { promisify } from 'node:util';
import { interpreters, type InterpreterName } from '../../languages.ts';
import { baseEnvironment, type InterpreterCommand } from '../../program.ts';
import type { Owner } from '../../session-owner.ts';

/** The interpreters of this machine that programs can be run by. */
export type HostInterpreters = ReadonlyMap<InterpreterName, InterpreterCommand>;

/** What the programs are called, the preferred name first. */
const programNames: Record<InterpreterName, readonly string[]> = {
  python: ['python3', 'python'],
  node: ['node'],
  bash: ['bash'],
};

/** Longest that an interpreter may take to tell its version, milliseconds. */
const answerMs = 10_000;

/**
 * Finds the interpreters that start for the user who is to run them; the server's own environment
 * is looked into for the directories of its PATH, and given to none of them.
 */
export async function findInterpreters(
  wanted: Partial<Record<InterpreterName, string>>,
  owner: Owner | undefined,
): Promise<HostInterpreters> {
  const found = new Map<InterpreterName, InterpreterCommand>();
  for (const name of Object.keys(programNames) as InterpreterName[]) {
    const paths = wanted[name] === undefined ? usualPaths(name) : [wanted[name]];
    for (const command of paths) {
      const version = await versionOf(command, owner);
      if (version === undefined) continue;
      found.set(name, { command, version });
      break;
    }
  }
  return found;
}

function usualPaths(name: InterpreterName): string[] {
  const ending = process.platform === 'win32' ? '.exe' : '';
  const directories = (process.env['PATH'] ?? '').split(delimiter).filter((path) => path !== '');
  const inPath = programNames[name].flatMap((program) =>
    directories.map((directory) => join(directory, `${program}${ending}`)),
  );
  return [...interpreters[name].hostPaths, ...inPath].filter((path) => existsSync(path));
}

/** The shell that runs commands: bash, or else the one that every system but Windows has. */
export function shellOf(interpreters: HostInterpreters): string | undefined {
  const bash = interpreters.get('bash');
  if (bash !== undefined) return bash.command;
  return process.platform === 'win32' ? undefined : '/bin/sh';
}

/** `undefined` when it does not start. */
async function versionOf(command: string, owner: Owner | undefined): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(command, ['--version'], {
      env: hostEnvironment([command]),
      timeout: answerMs,
      // The server's own may be closed to the user.
      cwd: parse(command).root,
      windowsHide: true,
      ...owner,
    });
    return /\d+(?:\.\d+)+/.exec(stdout)?.[0];
  } catch {
    return undefined;
  }
}

/**
 * What a program starts with: the environment of every sandbox, and what this system needs to start
 * a program at all.
 * @param commands paths of programs that can be called by their names.
 */
export function hostEnvironment(commands: readonly string[]): Record<string, string> {
  const own = commands.map((command) => dirname(command));
  const { SystemRoot = 'C:\\Windows', TEMP = `${SystemRoot}\\Temp` } = process.env;
  if (process.platform === 'win32') {
    const path = [...own, `${SystemRoot}\\System32`, SystemRoot].join(delimiter);
    return { ...baseEnvironment, PATH: path, SystemRoot, TEMP, TMP: TEMP, TMPDIR: TEMP };
  }
  const usual = (baseEnvironment['PATH'] ?? '').split(':');
  return { ...baseEnvironment, PATH: [...new Set([...own, ...usual])].join(':') };
}
