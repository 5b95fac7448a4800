import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A server process of an example, ended when the test ends. */
export interface StartedProcess {
  process: ChildProcess;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
}

/** Starts `server.ts` of an example and waits for the line that says it is there. */
export async function startExample(
  example: string,
  environment: Record<string, string>,
  isReady: RegExp,
): Promise<StartedProcess> {
  const child = spawn(process.execPath, ['--conditions=ide-assistant-source', 'server.ts'], {
    cwd: join(import.meta.dirname, '..', example),
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  onTestFinished(kill);
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const read = (data: Buffer) => {
      output += data.toString();
      if (isReady.test(output)) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`${example} ended with ${code}: ${output}`)));
  });
  return { process: child, kill };
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** A folder that is gone when the test ends. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'ide-example-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
