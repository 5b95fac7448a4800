import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

type Child = ChildProcessByStdio<null, Readable, null>;

/**
 * Starts a process that writes entries to a log, and gives its acknowledged ids as they come.
 *
 * @param effects File to which it adds the id of each intent that it has acted upon.
 */
export function startWriter(directory: string, effects = '/dev/null') {
  const script = fileURLToPath(new URL('append-until-killed.ts', import.meta.url));
  const args = ['--experimental-strip-types', '--no-warnings', script, directory, effects];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => kill(child));
  const acknowledged: string[] = [];
  const lines = createInterface({ input: child.stdout });
  return {
    acknowledged,
    /** Resolves when so many entries are acknowledged. */
    async untilAcknowledged(count: number): Promise<void> {
      for await (const line of lines) {
        acknowledged.push(line);
        if (acknowledged.length >= count) return;
      }
      throw new Error(`The writer ended after ${acknowledged.length} entries.`);
    },
    kill: () => kill(child),
  };
}

/** Kills without warning, and waits for the end. */
async function kill(child: Child): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
