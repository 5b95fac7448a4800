import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** The file that entries are appended to; the seam at which a host may put another medium. */
export interface AppendFile {
  /** Writes all bytes at the end; resolves when they would survive a power loss. */
  append(bytes: Buffer): Promise<void>;
  /** Resolves when all that is in the file, as by an earlier process, would survive one. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** How {@link openAppendFile} makes sure of what it wrote. */
export interface AppendFileOptions {
  /**
   * Whether each write is durable by itself (`O_DSYNC`), which saves the turn of the event loop
   * between a write and its `fdatasync`. Elsewhere than on Linux that does not reach through the
   * disk's own cache, or is not known.
   * @default on Linux
   */
  durableWrites?: boolean;
}

/** Opens a file on disk for appending; made with mode 0600 when absent. */
export async function openAppendFile(
  path: string,
  { durableWrites = process.platform === 'linux' }: AppendFileOptions = {},
): Promise<AppendFile> {
  const { O_APPEND, O_CREAT, O_DSYNC, O_WRONLY } = constants;
  const flags = O_APPEND | O_CREAT | O_WRONLY | (durableWrites ? O_DSYNC : 0);
  const handle = await open(path, flags, 0o600);
  return {
    async append(bytes) {
      // A nearly full disk takes a part of a write without an error.
      for (let written = 0; written < bytes.length;) {
        const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, null);
        written += bytesWritten;
      }
      if (!durableWrites) await handle.datasync();
    },
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
}
