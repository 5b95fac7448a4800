import { KitError } from '../../../errors.ts';
import { isNotFound } from './engine.ts';

/** Why Docker cannot be used, and the one line that mends it. */
export interface Failure {
  reason: string;
  fix?: string;
}

interface KnownFailure {
  pattern: RegExp;
  reason: string;
  fix: string;
}

// The text of an error begins with its code where the connection failed, and else with the
// daemon's status.
const knownFailures: readonly KnownFailure[] = [
  {
    pattern: /^DOCKERODE_MISSING/,
    reason: 'The package dockerode is not installed.',
    fix: 'npm install dockerode',
  },
  {
    pattern: /^ENOENT/,
    reason: 'There is no Docker socket at the path given.',
    fix: 'install and start Docker, or name its socket: docker({ socketPath })',
  },
  {
    pattern: /^(?:ECONNREFUSED|ENOTSOCK)/,
    reason: 'No Docker daemon listens on its socket.',
    fix: 'systemctl start docker',
  },
  {
    pattern: /^(?:EACCES|EPERM)/,
    reason:
      'The server may not use the Docker socket. Whoever may is as good as root on this host.',
    fix: 'usermod -aG docker <user of the server>, then start the server anew',
  },
  {
    pattern: /docker-init|tini/,
    reason: 'The daemon has no init program, which reaps what runs leave behind.',
    fix: 'apt-get install tini',
  },
  {
    pattern: /[Uu]nknown (?:or invalid )?runtime|runtime name/,
    reason: 'The daemon does not know the runtime given.',
    fix: 'register it under "runtimes" in /etc/docker/daemon.json',
  },
  {
    pattern: /bind source path does not exist|mount.*no such file/i,
    reason: 'The daemon does not see the files of this server.',
    fix: 'run both on one machine, with directories that both see by one path: docker({ filesDirectory })',
  },
  {
    pattern: /\/bin\/sh/,
    reason: 'The image has no /bin/sh that runs here.',
    fix: 'use an image with a shell, as node:24-slim',
  },
];

/** Recognises an error of Docker. */
export function explainFailure(error: unknown, image: string): Failure {
  if (isNotFound(error) && /no such image/i.test(messageOf(error))) {
    return { reason: `The image ${image} is not there.`, fix: `docker pull ${image}` };
  }
  if (error instanceof KitError && error.code !== 'DOCKERODE_MISSING') {
    return { reason: error.message };
  }
  const said = `${codeOf(error)} ${messageOf(error)}`.trimStart();
  const known = knownFailures.find(({ pattern }) => pattern.test(said));
  if (known !== undefined) return { reason: known.reason, fix: known.fix };
  return { reason: `Docker did not start a container: ${withoutPaths(messageOf(error))}` };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n')[0] ?? '';
}

/** What keeps a driver away is told to clients as well, and where things lie is not for them. */
function withoutPaths(text: string): string {
  return text.replaceAll(/(?:\/[\w.@-]+){2,}/g, '…');
}
