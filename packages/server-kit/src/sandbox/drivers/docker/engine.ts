import type Docker from 'dockerode';
import { KitError } from '../../../errors.ts';

/** Docker's API. */
export type Engine = Docker;

/** How long the daemon may take to answer anything but the pull of an image, milliseconds. */
const answerWithinMs = 30_000;

/**
 * Takes up Docker's API. dockerode is an optional peer, so it is only looked for here.
 * @throws {@link KitError} `DOCKERODE_MISSING`.
 */
export async function connect(socketPath: string): Promise<Engine> {
  const { default: Dockerode } = await importDockerode();
  // Without a host of its own it would take that of DOCKER_HOST, and leave the socket aside.
  return new Dockerode({ socketPath, host: '', protocol: 'http' });
}

async function importDockerode(): Promise<{ default: typeof Docker }> {
  try {
    return await import('dockerode');
  } catch (cause) {
    throw new KitError('DOCKERODE_MISSING', 'The package dockerode is not installed.', { cause });
  }
}

/** Where the daemon listens by default: the path in `DOCKER_HOST`, if it is one of a socket. */
export function defaultSocketPath(env: NodeJS.ProcessEnv = process.env): string {
  const [, path] = /^(?:unix|npipe):\/\/(.+)$/.exec(env['DOCKER_HOST'] ?? '') ?? [];
  if (path !== undefined) return path;
  return process.platform === 'win32' ? '//./pipe/docker_engine' : '/var/run/docker.sock';
}

/**
 * Waits for an answer of the daemon, but not for ever: one that hangs keeps its connections open.
 * @throws when it does not come in time.
 */
export async function answered<Value>(answer: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error('The Docker daemon does not answer.')),
      answerWithinMs,
    );
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether an error of the daemon says that there is nothing of that name. */
export function isNotFound(error: unknown): boolean {
  return statusOf(error) === 404;
}

/** Whether it says that somebody else is removing it just now. */
export function isBeingRemoved(error: unknown): boolean {
  return statusOf(error) === 409;
}

function statusOf(error: unknown): unknown {
  return error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
}
