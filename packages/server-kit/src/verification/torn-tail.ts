import { open, type FileHandle } from 'node:fs/promises';
import { KitError } from '../errors.ts';
import { syncDirectory } from './replace-file.ts';
import { dirname } from 'node:path';

/**
 * Moves bytes after the last complete line into a file of their own, `<log>.torn-<offset>-<time>`.
 * A crash or a full disk in the middle of a write leaves them; no caller was told that they are
 * recorded. Returns what to report, or `undefined` when nothing was torn.
 *
 * @param end Where the last complete line ends, bytes.
 * @param now Present time, milliseconds since 1970, for the name.
 */
export async function cutTornTail(
  log: string,
  end: number,
  now: number,
): Promise<KitError | undefined> {
  const handle = await open(log, 'r+');
  try {
    const { size } = await handle.stat();
    if (size === end) return undefined;
    const copy = `${log}.torn-${end}-${now}`;
    await copyBytes(handle, { from: end, to: size }, copy);
    // The copy is durable before the original goes.
    await syncDirectory(dirname(log));
    await handle.truncate(end);
    await handle.sync();
    return new KitError(
      'AUDIT_TAIL_CUT',
      `The audit log ended in ${size - end} bytes of an unfinished entry, which nobody was told is recorded. They are kept in ${copy}.`,
    );
  } finally {
    await handle.close();
  }
}

async function copyBytes(
  source: FileHandle,
  range: { from: number; to: number },
  path: string,
): Promise<void> {
  const target = await open(path, 'wx', 0o600);
  try {
    const bytes = Buffer.alloc(range.to - range.from);
    await source.read(bytes, 0, bytes.length, range.from);
    await target.writeFile(bytes);
    await target.sync();
  } finally {
    await target.close();
  }
}
