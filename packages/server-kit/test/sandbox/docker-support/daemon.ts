import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Docker from 'dockerode';

/** A Docker daemon that only the tests know of. */
export interface Daemon extends AsyncDisposable {
  socketPath: string;
  engine: Docker;
  /** Ends the daemon as a crash would, and starts it again on the same socket and data. */
  restart(): Promise<void>;
  /** Ends the daemon as a crash would. */
  crash(): Promise<void>;
}

const dockerd = ['/usr/sbin/dockerd', '/usr/bin/dockerd', '/usr/local/bin/dockerd'];
const readyWithinMs = 60_000;
const isRoot = process.getuid?.() === 0;

/**
 * Starts a daemon on a socket of its own, without a network bridge and without a word to the
 * firewall. What it keeps lies in one temporary directory.
 * @throws when Docker is not installed, naming its package.
 */
export async function startDaemon(): Promise<Daemon> {
  const program = dockerd.find((path) => existsSync(path));
  if (program === undefined) {
    throw new Error('These tests need a Docker daemon: apt-get install docker.io');
  }
  const directory = mkdtempSync(join(tmpdir(), 'dockerd-'));
  chmodSync(directory, 0o711);
  const socketPath = join(directory, 'docker.sock');
  const start = (): Promise<ChildProcess> =>
    startProcess(program, directory, [
      `--host=unix://${socketPath}`,
      `--group=${process.getgid?.()}`,
    ]);
  let child = await start();

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    const pid = readFileSync(join(directory, 'docker.pid'), 'utf8').trim();
    execFileSync(...asRoot('/bin/kill', `-${signal}`, pid));
    await ended;
  };
  return {
    socketPath,
    engine: new Docker({ socketPath }),
    crash: () => end('SIGKILL'),
    async restart() {
      await end('SIGKILL');
      // Docker ends containerd along with itself, and then waits for it in vain where nobody reaps
      // what is dead.
      const left = join(directory, 'exec/containerd/containerd.pid');
      execFileSync(...asRoot('/bin/rm', '-f', left));
      child = await start();
    },
    async [Symbol.asyncDispose]() {
      await end('SIGTERM');
      // One that crashed leaves its data mounted, and containers in the host's network leave that.
      for (const mount of mountsBelow(directory)) spawnSync(...asRoot('/bin/umount', mount));
      execFileSync(...asRoot('/bin/rm', '-rf', '--one-file-system', directory));
    },
  };
}

/** What is mounted below a directory, the innermost first. */
function mountsBelow(directory: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((mount) => mount.startsWith(`${directory}/`))
    .toReversed();
}

/** Resolves once the daemon answers. */
async function startProcess(
  program: string,
  directory: string,
  socketOptions: readonly string[],
): Promise<ChildProcess> {
  const [command, options] = asRoot(
    program,
    ...socketOptions,
    `--data-root=${join(directory, 'data')}`,
    `--exec-root=${join(directory, 'exec')}`,
    `--pidfile=${join(directory, 'docker.pid')}`,
    ...['--iptables=false', '--ip6tables=false', '--bridge=none'],
  );
  const child = spawn(command, options, { stdio: ['ignore', 'ignore', 'pipe'] });
  const said: string[] = [];
  const ready = Promise.withResolvers<void>();
  // Read to its end, or the daemon would one day wait for somebody to read on.
  createInterface(child.stderr).on('line', (line) => {
    said.push(line);
    if (line.includes('API listen on')) ready.resolve();
  });
  const why = (event: string): Error =>
    new Error(`The Docker daemon ${event}. It said:\n${said.slice(-5).join('\n')}`);
  child.once('error', ready.reject);
  child.once('exit', () => ready.reject(why('ended')));
  const bound = AbortSignal.timeout(readyWithinMs);
  bound.addEventListener('abort', () => ready.reject(why('is not ready')), { once: true });
  await ready.promise;
  return child;
}

function asRoot(program: string, ...options: string[]): [string, string[]] {
  return isRoot ? [program, options] : ['sudo', ['-n', program, ...options]];
}
