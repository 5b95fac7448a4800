import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** The file that entries are appended to; the seam at which a host may put another medium. */
export interface AppendFile {
  /** Writes all bytes at the end. */
  append(bytes: Buffer): Promise<void>;
  /** Resolves when all that was appended would survive a power loss. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a file on disk for appending; made with mode 0600 when absent. */
export async function openAppendFile(path: string): Promise<AppendFile> {
  const { O_APPEND, O_CREAT, O_WRONLY } = constants;
  const handle = await open(path, O_APPEND | O_CREAT | O_WRONLY, 0o600);
  return {
    async append(bytes) {
      // A nearly full disk takes a part of a write without an error.
      for (let written = 0; written < bytes.length;) {
        const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, null);
        written += bytesWritten;
      }
    },
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
}
