import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';

/** Runs a program to its end. */
export const run = promisify(execFile);

/** What a program made of its question: its answer, or on which grounds it refuses. */
export type Verdict = { answer: unknown } | { refusal: string };

/** Asks a program in JSON on stdin. It answers so on stdout, or ends with another status than 0. */
export async function ask(
  file: string,
  args: readonly string[],
  { question, cwd }: { question: object; cwd?: string },
): Promise<Verdict> {
  const running = run(file, args, { maxBuffer: 64 * 1024 * 1024, cwd });
  // A program that ends before it has read everything tells why by its status.
  running.child.stdin?.on('error', () => undefined);
  running.child.stdin?.end(JSON.stringify(question));
  try {
    return { answer: JSON.parse((await running).stdout) as unknown };
  } catch (error) {
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
    if (typeof code !== 'number') throw error;
    return { refusal: stderr };
  }
}

/** Runs a script of this folder, from which no refusal is expected. */
export async function askPython(
  script: string,
  { question = {}, cwd }: { question?: object; cwd?: string } = {},
): Promise<unknown> {
  // Debian's own: another one on the path does not see Debian's libraries.
  const python = '/usr/bin/python3';
  if (!existsSync(python)) throw missing(python, 'python3');
  const path = fileURLToPath(new URL(script, import.meta.url));
  const verdict = await ask(python, ['-B', path], { question, ...(cwd && { cwd }) });
  if ('answer' in verdict) return verdict.answer;
  throw new Error(verdict.refusal);
}

/** What openssl prints, also where its status is that of a refusal. */
export async function openssl(...args: string[]): Promise<Buffer> {
  try {
    return (await run('openssl', args, { encoding: 'buffer' })).stdout;
  } catch (error) {
    const { code, stdout } = error as { code?: unknown; stdout?: Buffer };
    if (code === 'ENOENT') throw missing('openssl', 'openssl');
    if (code === 1 && stdout?.length) return stdout;
    throw error;
  }
}

/** The error for a program that is not installed. */
export function missing(program: string, packages: string): Error {
  return new Error(`These tests need ${program}: apt-get install ${packages}`);
}
