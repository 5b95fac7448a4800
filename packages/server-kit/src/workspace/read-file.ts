import type { FileHandle } from 'node:fs/promises';
import { RequestError } from '../errors.ts';
import type { ConfinedPath } from './confine-path.ts';
import { hashOf } from './hash-of.ts';
import { openRegular } from './open-regular.ts';
import { inParent, look } from './walk.ts';
import type { Workspace } from './workspace.ts';

/** A file as it was read at one moment. */
export interface FileContent {
  readonly bytes: Buffer;
  /** Length of `bytes`. */
  readonly size: number;
  /** `sha256:<hex>` of `bytes`. */
  readonly hash: string;
  readonly modifiedAt: Date;
}

/**
 * Reads a whole regular file.
 * @throws RequestError `not_found`, `not_a_file`, `path_outside_workspace`, or `too_large` with
 *   `limit_bytes` and `size_bytes`.
 */
export function readFile(
  workspace: Workspace,
  path: ConfinedPath,
  { maxBytes }: { maxBytes: number },
): Promise<FileContent> {
  return look(workspace, async () => {
    if (path.segments.length === 0) {
      throw new RequestError('not_a_file', 'The workspace is a directory.');
    }
    return inParent(workspace, path, async (parent, name) => {
      const { handle, stats } = await openRegular(workspace, parent, name, path.path);
      try {
        if (stats.size > maxBytes) throw tooLarge(path.path, stats.size, maxBytes);
        const bytes = await readAtMost(handle, stats.size, maxBytes);
        if (bytes === null) throw tooLarge(path.path, maxBytes + 1, maxBytes);
        return { bytes, size: bytes.length, hash: hashOf(bytes), modifiedAt: stats.mtime };
      } finally {
        await handle.close();
      }
    });
  });
}

/** The refusal of content over a limit, both in bytes. */
export function tooLarge(path: string, sizeBytes: number, limitBytes: number): RequestError {
  return new RequestError(
    'too_large',
    `${path} has ${sizeBytes} bytes; at most ${limitBytes} are accepted.`,
    { details: { limit_bytes: limitBytes, size_bytes: sizeBytes } },
  );
}

// The size is a hint: a program may append while we read. One byte more than expected is asked
// for, so that the end is seen in the same call that reads the last byte of a quiet file.
async function readAtMost(
  handle: FileHandle,
  expectedBytes: number,
  maxBytes: number,
): Promise<Buffer | null> {
  let buffer = Buffer.allocUnsafe(Math.min(expectedBytes, maxBytes) + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
    length += bytesRead;
    if (length > maxBytes) return null;
    if (bytesRead === 0 || (length === expectedBytes && length < buffer.length)) {
      return buffer.subarray(0, length);
    }
    if (length === buffer.length) {
      const larger = Buffer.allocUnsafe(Math.min(length * 2, maxBytes + 1));
      buffer.copy(larger, 0, 0, length);
      buffer = larger;
    }
  }
}
