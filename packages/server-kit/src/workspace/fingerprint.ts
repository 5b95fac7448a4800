import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Directory } from './directory.ts';
import { openRegular } from './open-regular.ts';
import type { Workspace } from './workspace.ts';

/** Largest file that is hashed before it is replaced or deleted, bytes. */
export const maxHashedBytes = 67_108_864;

/** What is known of a file before it is replaced or deleted. */
export interface Fingerprint {
  /** Bytes. */
  readonly size: number;
  /** Permission bits without set-user-id, set-group-id and sticky. */
  readonly mode: number;
  /** `sha256:<hex>`, or null for a file over {@link maxHashedBytes}. */
  readonly hash: string | null;
}

/**
 * Reads size, permissions and hash of a regular file; null where nothing is.
 * @throws RequestError as for reading a file, without its limit of size.
 */
export async function fingerprint(
  workspace: Workspace,
  parent: Directory,
  name: string,
  path: string,
): Promise<Fingerprint | null> {
  const file = await openRegular(workspace, parent, name, path).catch((error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return null;
  const { handle, stats } = file;
  try {
    const hash = stats.size > maxHashedBytes ? null : await hashStream(handle, stats.size);
    return { size: stats.size, mode: stats.mode & 0o777, hash };
  } finally {
    await handle.close();
  }
}

async function hashStream(handle: FileHandle, expectedBytes: number): Promise<string | null> {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(Math.min(expectedBytes + 1, 262_144));
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, length);
    length += bytesRead;
    if (length > maxHashedBytes) return null;
    hash.update(chunk.subarray(0, bytesRead));
    // A short read at the expected end saves the one that would only say so.
    if (bytesRead === 0 || (length === expectedBytes && bytesRead < chunk.length)) {
      return `sha256:${hash.digest('hex')}`;
    }
  }
}
