import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { connectRaw, type RawClient } from '../../support/raw-client.ts';
import { token } from '../../support/tokens.ts';
import type { HostAppErrand, HostAppNotice, HostAppSettings } from './host-app-process.ts';

/** An app with the kit, as a process of its own. */
export interface HostApp extends HostAppNotice {
  pid: number;
  /** Where everything of it lies, below a directory that its user alone may change. */
  directory: string;
  workspaceOf: (sessionId: string) => string;
  /** Connects a user, each with a session of his name. */
  join: (user: string) => Promise<RawClient>;
  /** Runs a program as a plain child of the app, outside of any sandbox; gives what it printed. */
  runOutside: (program: string, ...args: readonly string[]) => Promise<string>;
}

/** How {@link startHostApp} starts it. */
export interface HostAppOptions {
  /** Whether it is a user without privileges; only root can start it as one. */
  unprivileged: boolean;
  /** Started instead of the app, with the app's command line after these words. */
  launcher?: (directory: string) => readonly string[];
  limits?: HostAppSettings['limits'];
  secrets?: HostAppSettings['secrets'];
  environment?: Readonly<Record<string, string>>;
  /** Words at the end of its command line. */
  args?: readonly string[];
}

const isRoot = process.getuid?.() === 0;
const unprivilegedUid = 31_338;
const repository = fileURLToPath(new URL('../../../../../', import.meta.url));

/** As whom the server can be tried here. */
export const servers: readonly { server: string; unprivileged: boolean }[] = [
  { server: 'a server without privileges', unprivileged: true },
  ...(isRoot ? [{ server: 'a server that is root', unprivileged: false }] : []),
];

/** Starts an app that is gone, with all that it has written, when the test ends. */
export async function startHostApp(options: HostAppOptions): Promise<HostApp> {
  const { unprivileged, launcher, limits = {}, secrets, environment = {}, args = [] } = options;
  requireProgram('/usr/bin/python3', 'python3');
  const drop = isRoot && unprivileged;
  const directory = makeDirectory(drop ? unprivilegedUid : undefined);
  const app = [
    ...(launcher?.(directory) ?? []),
    ...[process.execPath, '--conditions=ide-assistant-source'],
    ...[fileURLToPath(new URL('host-app-process.ts', import.meta.url)), ...args],
  ];
  const [program = '', ...rest] = drop
    ? [...inPrivateMounts, ...asUnprivileged, ...app.map(whereBound)]
    : app;
  const child = spawn(program, rest, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: '/usr/bin:/bin', TMPDIR: join(directory, 'tmp'), ...environment },
  });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.stdin.end();
    await ended;
    execFileSync('rm', ['-rf', directory]);
  });
  const answers = createInterface({ input: child.stdout });
  const ask = async (question: HostAppSettings | HostAppErrand): Promise<unknown> => {
    const answered = once(answers, 'line') as Promise<[string]>;
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const failed = ended.then(([code]) => new Error(`The host's app ended with ${code}.`));
    const answer = await Promise.race([answered, failed]);
    if (answer instanceof Error) throw answer;
    return JSON.parse(answer[0]);
  };
  const notice = (await ask({ directory, limits, ...(secrets && { secrets }) })) as HostAppNotice;
  return {
    ...notice,
    // Each of the programs before it has become the next one.
    pid: child.pid ?? 0,
    directory,
    workspaceOf: (sessionId) => join(directory, 'data', 'workspaces', sessionId),
    async join(user) {
      const client = await connectRaw(`ws://127.0.0.1:${notice.port}/ide/ws`, {
        token: await token({ sub: user }),
        query: { session: user, client: 'k1' },
      });
      requireBubblewrap(client);
      return client;
    },
    runOutside: async (outside, ...words) =>
      (await ask({ program: outside, args: words })) as string,
  };
}

/**
 * The app's user may not be able to walk to this repository, as below /root, so it is bound to where
 * he can, in a mount namespace of its own.
 */
const inPrivateMounts = [
  ...['/usr/bin/unshare', '--mount', '--propagation', 'private', '--'],
  ...['/bin/sh', '-c', 'mount --bind "$0" /mnt && cd /mnt && exec "$@"', repository],
];

const asUnprivileged = [
  ...['/usr/bin/setpriv', `--reuid=${unprivilegedUid}`, `--regid=${unprivilegedUid}`],
  ...['--clear-groups', '--'],
];

function whereBound(word: string): string {
  return word.replace(repository, '/mnt/');
}

/** Searchable by all and listable by nobody else, like the directory of any service. */
function makeDirectory(owner: number | undefined): string {
  const directory = mkdtempSync(join(tmpdir(), 'host-app-'));
  mkdirSync(join(directory, 'tmp'));
  chmodSync(join(directory, 'tmp'), 0o1777);
  chmodSync(directory, 0o711);
  if (owner !== undefined) chownSync(directory, owner, owner);
  return directory;
}

function requireProgram(path: string, packageName: string): void {
  if (!existsSync(path))
    throw new Error(`These tests need ${path}: apt-get install ${packageName}`);
}

function requireBubblewrap({ connect }: RawClient): void {
  const { terminal, sandbox } = connect['capabilities'] as {
    terminal: boolean;
    sandbox: { driver: string; fix?: string };
  };
  if (sandbox.driver === 'bubblewrap' && terminal) return;
  throw new Error(`These tests need bubblewrap with terminals. ${sandbox.fix ?? ''}`);
}
