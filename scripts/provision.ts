import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { runCommand } from './run-command.ts';

/** A program that the tests run for real. */
export interface Prerequisite {
  name: string;
  /** Commands or absolute paths that satisfy it; the first one found is taken. */
  candidates: readonly string[];
  /** Its Debian package. */
  package: string;
  /** What cannot be tested without it. */
  neededFor: string;
  /** Where it exists at all. @default every platform */
  platforms?: readonly NodeJS.Platform[];
}

/** All programs that the test run needs beside Node and npm. */
export function prerequisites(env: NodeJS.ProcessEnv = process.env): readonly Prerequisite[] {
  return [
    {
      name: 'chromium',
      candidates: [
        ...(env['CHROMIUM_PATH'] === undefined ? [] : [env['CHROMIUM_PATH']]),
        'chromium',
        'chromium-browser',
        'google-chrome',
        'google-chrome-stable',
        '/Applications/Chromium.app/Contents/MacOS/Chromium',
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      ],
      package: 'chromium',
      neededFor: 'the widget in a real browser',
    },
    {
      name: 'bubblewrap',
      candidates: ['bwrap'],
      package: 'bubblewrap',
      neededFor: 'the sandbox',
      platforms: ['linux'],
    },
    {
      name: 'dockerd',
      candidates: ['dockerd', '/usr/sbin/dockerd'],
      package: 'docker.io',
      neededFor: 'the sandbox in containers, with a daemon that only the tests know of',
      platforms: ['linux'],
    },
    {
      name: 'busybox',
      candidates: ['busybox', '/bin/busybox'],
      package: 'busybox-static',
      neededFor: 'the smallest image of a container',
      platforms: ['linux'],
    },
    {
      name: 'python3',
      candidates: ['python3'],
      package: 'python3',
      neededFor: 'running Python in the sandbox',
    },
    {
      name: 'openssl',
      candidates: ['openssl'],
      package: 'openssl',
      neededFor: 'verifying signatures with a tool that is not ours',
    },
    {
      name: 'python3-securesystemslib',
      candidates: ['/usr/lib/python3/dist-packages/securesystemslib'],
      package: 'python3-securesystemslib',
      neededFor: 'verifying envelopes with the library of TUF and in-toto',
      platforms: ['linux'],
    },
    {
      name: 'go',
      candidates: ['go', '/usr/lib/go/bin/go', '/usr/lib/go-1.19/bin/go'],
      package: 'golang-go',
      neededFor: 'verifying the audit log with code of the Go project',
      platforms: ['linux'],
    },
    {
      name: 'golang.org/x/mod',
      candidates: ['/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog'],
      package: 'golang-golang-x-mod-dev',
      neededFor: 'verifying the audit log with code of the Go project',
      platforms: ['linux'],
    },
  ];
}

/** Where each prerequisite was found, and which are missing on this platform. */
export interface Findings {
  found: ReadonlyMap<string, string>;
  missing: readonly Prerequisite[];
}

/** Looks for the prerequisites on the `PATH`. */
export function findPrerequisites(
  wanted: readonly Prerequisite[],
  search: (command: string) => string | undefined = findCommand,
  platform: NodeJS.Platform = process.platform,
): Findings {
  const found = new Map<string, string>();
  const missing: Prerequisite[] = [];
  for (const prerequisite of wanted) {
    if (prerequisite.platforms !== undefined && !prerequisite.platforms.includes(platform))
      continue;
    const path = prerequisite.candidates.map(search).find((candidate) => candidate !== undefined);
    if (path === undefined) missing.push(prerequisite);
    else found.set(prerequisite.name, path);
  }
  return { found, missing };
}

/** The command that a person runs to install what is missing. */
export function installAdvice(missing: readonly Prerequisite[], hasApt: boolean): string {
  const packages = missing.map((prerequisite) => prerequisite.package).join(' ');
  return hasApt
    ? `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages}`
    : `install with your package manager (Debian names): ${packages}`;
}

/**
 * Installs what is missing where that needs no question: with `apt-get`, as root or with `sudo`
 * that asks for no password. Elsewhere it changes nothing.
 *
 * @returns What is there afterwards.
 */
export async function provision(): Promise<Findings> {
  const wanted = prerequisites();
  const before = findPrerequisites(wanted);
  if (before.missing.length === 0 || findCommand('apt-get') === undefined) return before;

  const asRoot = await rootPrefix();
  if (asRoot === null) return before;
  const [command, ...prefix] = [...asRoot, 'apt-get'];
  if (command === undefined) return before;
  const packages = before.missing.map((prerequisite) => prerequisite.package);
  console.log(`installing ${packages.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-y', '--no-install-recommends', '-qq', ...packages];
  for (const args of [['update', '-qq'], install]) {
    const { code, output } = await runCommand(command, [...prefix, ...args], {
      output: 'keep',
      env,
    });
    if (code !== 0) console.log(`apt-get ${args[0]} ended with ${code}\n${output}`);
  }
  return findPrerequisites(wanted);
}

/** The words in front of a command that must run as root; null where a password would be asked. */
async function rootPrefix(): Promise<readonly string[] | null> {
  if (process.getuid?.() === 0) return [];
  if (findCommand('sudo') === undefined) return null;
  const { code } = await runCommand('sudo', ['-n', 'true'], { output: 'keep' });
  return code === 0 ? ['sudo', '-n'] : null;
}

/** Full path of a command, or undefined when it is not on the `PATH` or cannot be run. */
export function findCommand(command: string): string | undefined {
  const paths = isAbsolute(command)
    ? [command]
    : (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, command));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
