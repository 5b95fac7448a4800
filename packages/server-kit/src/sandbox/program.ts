import { posix } from 'node:path';
import { RequestError } from '../errors.ts';
import { interpreters, locateCode, type InterpreterName, type Language } from './languages.ts';
import { codeDirectory, workspaceDirectory, type DataFile } from './places.ts';
import type { CodeRequest } from './sandbox.ts';
import { stripTypes } from './strip-types.ts';
import type { WarmOrder } from './warm-up.ts';

/** How an interpreter is called inside. */
export interface InterpreterCommand {
  command: string;
  /** What `--version` answered inside; known once the probe ran. */
  version?: string;
}

/** A command line with what must be there for it. */
export interface ProgramSpec {
  command: readonly string[];
  files: readonly DataFile[];
  environment: Readonly<Record<string, string>>;
  stdin: string | undefined;
  /** The same as an interpreter is told that was started ahead; absent for other programs. */
  order?: WarmOrder;
}

/** What runs a request's code; or why it cannot be run. */
export type Program = { ok: true; spec: ProgramSpec } | { ok: false; message: string };

/** The environment that every program starts with. */
export const baseEnvironment: Readonly<Record<string, string>> = {
  PATH: '/opt/node/bin:/usr/local/bin:/usr/bin:/bin',
  HOME: workspaceDirectory,
  USER: 'sandbox',
  LANG: 'C.UTF-8',
  TMPDIR: '/tmp',
};

/**
 * Turns a request into a command line with its files. The code is a read-only file outside the
 * workspace, so running it changes nothing there, and its imports are led back to the directory
 * where it belongs.
 * @throws {@link RequestError} `invalid_message` for a bad file name or argument.
 */
export function programOf(
  language: Language,
  place: InterpreterCommand,
  request: CodeRequest,
): Program {
  const { args = [], stdin } = request;
  if (args.some((argument) => argument.includes('\0'))) {
    throw new RequestError('invalid_message', 'An argument of a program cannot hold a NUL.');
  }
  const location = locateCode(language, request.fileName);
  const home = posix.join(workspaceDirectory, location.directory);
  const source = sourceOf(language, place, location.baseName, request.code);
  if (!source.ok) return source;

  const file = posix.join(codeDirectory, source.baseName);
  const { flags, files = [], environment, importsFrom } = interpreters[language.interpreter];
  return {
    ok: true,
    spec: {
      command: [place.command, ...flags, file, ...args],
      files: [{ path: file, content: source.code }, ...files],
      environment: { ...baseEnvironment, ...environment, ...importsFrom?.(home) },
      stdin,
      order: { file, args, environment: importsFrom?.(home) ?? {} },
    },
  };
}

/** What starts an interpreter ahead, or `undefined` when it has no way to wait. */
export function warmProgramOf(
  interpreter: InterpreterName,
  place: InterpreterCommand,
  descriptor: number,
): ProgramSpec | undefined {
  const { flags, files = [], environment, warmUp } = interpreters[interpreter];
  if (warmUp === undefined) return undefined;
  return {
    command: [place.command, ...flags, warmUp.path],
    files: [{ path: warmUp.path, content: warmUp.source(descriptor) }, ...files],
    environment: { ...baseEnvironment, ...environment },
    stdin: undefined,
  };
}

/** Whether this Node runs TypeScript as it is: without a flag since 22.18 and 23.6. */
export function stripsTypes(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major === 22) return minor >= 18;
  return major > 23 || (major === 23 && minor >= 6);
}

type Source = { ok: true; baseName: string; code: string } | { ok: false; message: string };

function sourceOf(
  language: Language,
  { version = '' }: InterpreterCommand,
  baseName: string,
  code: string,
): Source {
  if (language.name !== 'typescript' || stripsTypes(version)) return { ok: true, baseName, code };
  const stripped = stripTypes(code);
  if (!stripped.ok) return stripped;
  return { ok: true, baseName: baseName.replace(/ts$/, 'js'), code: stripped.code };
}
