import { posix } from 'node:path';
import { RequestError } from '../errors.ts';
import { nodeImportsPath, nodeImportsSource } from './node-imports.ts';
import { workspaceDirectory, type DataFile } from './places.ts';
import { nodeWarmUp, pythonWarmUp } from './warm-up.ts';

/** One language: a row of {@link languages}. */
export interface Language {
  /** Canonical name, as capabilities list it. */
  name: string;
  aliases: readonly string[];
  /** What the code is called when the request gives no fitting name. */
  defaultFileName: string;
  /** Endings that the interpreter accepts; a request's file name with another one is not used. */
  extensions: readonly string[];
  /** Which program of {@link interpreters} runs it. */
  interpreter: InterpreterName;
}

/** Programs that run code inside a sandbox with an operating system. */
export type InterpreterName = 'python' | 'node' | 'bash';

/** One interpreter: a row of {@link interpreters}. */
export interface Interpreter {
  /** Host paths to try, in this order. One outside `/usr` is bound at `boundAt`. */
  hostPaths: readonly string[];
  /** Where a binary that does not lie under `/usr` appears inside the sandbox. */
  boundAt: string;
  /** Command line before the file's path. */
  flags: readonly string[];
  /** Variables that it starts with, beside those of every program. */
  environment?: Readonly<Record<string, string>>;
  /** Variables that make it import from a directory of the workspace, given as it is inside. */
  importsFrom?: (directory: string) => Readonly<Record<string, string>>;
  /** Files that it needs beside the program. */
  files?: readonly DataFile[];
  /**
   * A program by which it waits on a descriptor for what it is to run. Without one the
   * interpreter is never started ahead.
   */
  warmUp?: { path: string; source: (descriptor: number) => string };
  /** The one line that installs it. */
  fix: string;
}

/** The languages of the kit. A driver reports those of them that it can really run. */
export const languages: readonly Language[] = [
  {
    name: 'python',
    aliases: ['py', 'python3'],
    defaultFileName: 'main.py',
    extensions: ['.py'],
    interpreter: 'python',
  },
  {
    name: 'javascript',
    aliases: ['js', 'node', 'nodejs'],
    defaultFileName: 'main.js',
    extensions: ['.js', '.mjs', '.cjs'],
    interpreter: 'node',
  },
  {
    name: 'typescript',
    aliases: ['ts'],
    defaultFileName: 'main.ts',
    extensions: ['.ts', '.mts', '.cts'],
    interpreter: 'node',
  },
  {
    name: 'bash',
    aliases: ['sh', 'shell'],
    defaultFileName: 'main.sh',
    extensions: ['.sh', '.bash'],
    interpreter: 'bash',
  },
];

/**
 * Where interpreters are found on the host and how they are called. Only what lies under `/usr`
 * is visible inside, with the one exception of the server's own Node binary.
 */
export const interpreters: Record<InterpreterName, Interpreter> = {
  python: {
    hostPaths: ['/usr/bin/python3'],
    boundAt: '/opt/python/bin/python3',
    flags: [],
    environment: {
      // Output is shown while the program runs, so it may not wait in a buffer.
      PYTHONUNBUFFERED: '1',
      PYTHONDONTWRITEBYTECODE: '1',
    },
    importsFrom: (directory) => ({
      PYTHONPATH:
        directory === workspaceDirectory ? directory : `${directory}:${workspaceDirectory}`,
    }),
    warmUp: { path: '/run/kit/warm.py', source: pythonWarmUp },
    fix: 'apt-get install python3',
  },
  node: {
    hostPaths: [process.execPath, '/usr/bin/node', '/usr/local/bin/node'],
    boundAt: '/opt/node/bin/node',
    flags: [
      '--disable-warning=ExperimentalWarning',
      // Node reports that it had to look twice to see that a file is a module.
      '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
      `--require=${nodeImportsPath}`,
    ],
    importsFrom: (directory) => ({ NODE_PATH: moduleDirectories(directory) }),
    files: [{ path: nodeImportsPath, content: nodeImportsSource }],
    warmUp: { path: '/run/kit/warm.cjs', source: nodeWarmUp },
    fix: 'install Node where every user may read it, as /usr/bin/node',
  },
  bash: {
    hostPaths: ['/usr/bin/bash', '/bin/bash'],
    boundAt: '/opt/bash/bin/bash',
    flags: [],
    fix: 'apt-get install bash',
  },
};

/** Where `require` looks for packages: `node_modules` from this directory up. */
function moduleDirectories(directory: string): string {
  const found: string[] = [];
  for (let at = directory; at.startsWith(workspaceDirectory); at = posix.dirname(at)) {
    found.push(posix.join(at, 'node_modules'));
  }
  return found.join(':');
}

/** The row of a name or alias, in any case. */
export function findLanguage(name: string): Language | undefined {
  const wanted = name.toLowerCase();
  return languages.find((row) => row.name === wanted || row.aliases.includes(wanted));
}

/**
 * The row of a language that this sandbox runs.
 * @param available canonical names that work here.
 * @param fixFor the line that would make a known but missing language work.
 * @throws {@link RequestError} `unsupported_language` or `sandbox_unavailable`.
 */
export function requireLanguage(
  name: string,
  available: readonly string[],
  fixFor: (language: Language) => string,
): Language {
  const language = findLanguage(name);
  const works = available.length === 0 ? 'none' : available.join(', ');
  if (language === undefined) {
    throw new RequestError(
      'unsupported_language',
      `There is no language "${name.slice(0, 32)}" here. What works: ${works}.`,
      { details: { languages: available } },
    );
  }
  if (available.includes(language.name)) return language;
  const fix = fixFor(language);
  throw new RequestError(
    'sandbox_unavailable',
    `${language.name} cannot run on this server. What works: ${works}. To add it: ${fix}`,
    { details: { languages: available, fix } },
  );
}

/** Where the code of a request lies in the workspace: its directory and its own name. */
export interface CodeLocation {
  /** Relative to the workspace, `.` for its root. */
  directory: string;
  baseName: string;
}

/**
 * Names the code of a request. A file name whose ending the interpreter would refuse still gives
 * the directory.
 * @throws {@link RequestError} `invalid_message` for a path that is absolute or leaves the workspace.
 */
export function locateCode(language: Language, fileName: string | undefined): CodeLocation {
  if (fileName === undefined) return { directory: '.', baseName: language.defaultFileName };
  const segments = fileName.split('/');
  const refused = segments.some((part) => part === '' || part === '..' || part.length > 255);
  if (refused || fileName.includes('\0') || fileName.includes('\\')) {
    throw new RequestError(
      'invalid_message',
      'The file name must be a relative path inside the workspace, with "/" between its parts.',
    );
  }
  const { dir, base, ext } = posix.parse(posix.normalize(fileName));
  return {
    directory: dir === '' ? '.' : dir,
    baseName: language.extensions.includes(ext) ? base : language.defaultFileName,
  };
}
