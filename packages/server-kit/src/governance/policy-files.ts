import { constants } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TextDecoder } from 'node:util';
import { KitError } from '../errors.ts';
import { statementsOf, type PolicySource } from './policy-text.ts';

/** Largest policy file that is read, bytes. */
export const maxPolicyFileBytes = 1_048_576;

/**
 * Reads policies from files, and from the `*.cedar` in directories, not below them, sorted by name.
 * Whatever holds no policy is refused: a protection that somebody counts on would not be there.
 * @throws KitError `POLICY_INVALID` with a line for each path that cannot be used.
 */
export async function readPolicyFiles(paths: readonly string[]): Promise<PolicySource[]> {
  const sources: PolicySource[] = [];
  const faults: string[] = [];
  for (const path of paths) {
    const files = await filesAt(path).catch(noteFault(path));
    for (const file of files ?? []) {
      const source = await readPolicyFile(file).catch(noteFault(file));
      if (source) sources.push(source);
    }
  }
  if (faults.length > 0) throw new KitError('POLICY_INVALID', faults.join('\n'));
  return sources;

  function noteFault(path: string): (error: unknown) => undefined {
    return (error) => void faults.push(`${path}:1: ${whatIsWrong(error)}`);
  }
}

async function filesAt(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  // Hidden files are left out: editors keep their unfinished copies there.
  const names = (await readdir(path)).filter((name) => /^[^.].*\.cedar$/.test(name)).sort();
  if (names.length === 0) throw new Error('the directory holds no *.cedar file');
  return names.map((name) => join(path, name));
}

async function readPolicyFile(path: string): Promise<PolicySource> {
  // Without O_NONBLOCK, opening a named pipe would wait for its writer for ever.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) throw new Error('not a regular file');
    const bytes = Buffer.alloc(maxPolicyFileBytes + 1);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    if (bytesRead > maxPolicyFileBytes) {
      throw new Error(`larger than ${maxPolicyFileBytes} bytes`);
    }
    const source = { name: path, text: textOf(bytes.subarray(0, bytesRead)) };
    // Half a file that is being written is empty for a moment.
    if (statementsOf(source).length === 0) throw new Error('the file holds no policy');
    return source;
  } finally {
    await file.close();
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error('not UTF-8 text');
  }
}

function whatIsWrong(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code = '' } = error as NodeJS.ErrnoException;
  const known: Record<string, string> = {
    ENOENT: 'no such file or directory',
    EACCES: 'may not be read by this process',
    ELOOP: 'a symbolic link that leads nowhere',
  };
  return known[code] ?? error.message;
}
