import type { FileHandle } from 'node:fs/promises';
import { AuditTamperedError } from './tampering.ts';

/** Longest line that the log writes or reads, bytes. */
export const maxLineBytes = 1_048_576;

/** What {@link readLines} reads at a time. */
export interface ReadLines {
  /** Complete lines, without their newlines. */
  lines: Buffer[];
  /** Where the last of them ends in the file, bytes. */
  end: number;
}

/**
 * Reads the complete lines of a file, some hundred at a time. Bytes after the last newline are left
 * out.
 *
 * @param until Where to stop, bytes: after the line that holds this byte, also when the file has
 * grown meanwhile.
 * @throws {AuditTamperedError} `PARSE` when a line is longer than {@link maxLineBytes}.
 */
export async function* readLines(
  handle: FileHandle,
  until = Number.POSITIVE_INFINITY,
): AsyncGenerator<ReadLines> {
  let rest = Buffer.alloc(0);
  for (let position = 0; position - rest.length < until;) {
    // A new buffer each time, since the lines are views into it.
    const chunk = Buffer.allocUnsafeSlow(chunkBytes);
    const { bytesRead } = await handle.read(chunk, 0, chunkBytes, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
      lines.push(bytes.subarray(start, end));
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > maxLineBytes) {
      throw new AuditTamperedError('PARSE', `a line is longer than ${maxLineBytes} bytes.`);
    }
    yield { lines, end: position - rest.length };
  }
}

const chunkBytes = 262_144;
const newline = 0x0a;
