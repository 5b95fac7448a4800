import { chmod, mkdir, open, readFile, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** The files of an audit log. */
export interface LogPaths {
  directory: string;
  /** The entries, one DSSE envelope per line. */
  log: string;
  /** The newest checkpoint, a signed note. */
  checkpoint: string;
  /** The private key, PKCS#8 PEM; absent when the host gives the key itself. */
  key: string;
  /** The public keys, a JWKS, for whoever is handed the directory. The log itself never trusts it. */
  jwks: string;
  /** The private key that follows, while the key is being changed. */
  nextKey: string;
}

/** Names the files of the log in a directory. */
export function logPathsIn(directory: string): LogPaths {
  return {
    directory,
    log: join(directory, 'log.jsonl'),
    checkpoint: join(directory, 'checkpoint'),
    key: join(directory, 'key.pem'),
    jwks: join(directory, 'jwks.json'),
    nextKey: join(directory, 'key.next.pem'),
  };
}

/** Makes the directory, and closes an existing one to all but its owner. */
export async function makePrivateDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // Windows keeps its own access lists.
  if (process.platform === 'win32') return;
  const { mode } = await stat(directory);
  if ((mode & 0o077) !== 0) await chmod(directory, 0o700);
}

/** Reads a text file; `undefined` when there is none. */
export function readIfPresent(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(absent);
}

/** Size of a file in bytes; 0 when there is none. */
export async function sizeIfPresent(path: string): Promise<number> {
  return (await stat(path).catch(absent))?.size ?? 0;
}

/** Whether a path still names the file that a handle has open. */
export async function isSameFile(path: string, handle: FileHandle): Promise<boolean> {
  const [named, opened] = await Promise.all([stat(path).catch(absent), handle.stat()]);
  return named !== undefined && named.ino === opened.ino && named.dev === opened.dev;
}

/** Makes an empty file with mode 0600 when there is none. */
export async function makeFile(path: string): Promise<void> {
  await (await open(path, 'a', 0o600)).close();
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
