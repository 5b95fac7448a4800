/** Where Docker says that a piece of output belongs. */
export type FrameStream = 'stdout' | 'stderr';

const headerBytes = 8;

/**
 * Takes apart the one stream by which Docker sends both: before each piece stand its stream, three
 * unused bytes and its length. A loop, where dockerode's own way calls itself for each piece: a
 * program that writes single bytes would exhaust the stack of the server.
 * @see https://docs.docker.com/reference/api/engine/ "Stream format"
 */
export function createFrameReader(
  onFrame: (stream: FrameStream, bytes: Buffer) => void,
): (bytes: Buffer) => void {
  let held: Buffer = Buffer.alloc(0);
  let stream: FrameStream = 'stdout';
  /** Bytes of the current piece that are still to come. */
  let due = 0;

  return (bytes) => {
    held = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
    let at = 0;
    while (at < held.length) {
      if (due === 0) {
        if (held.length - at < headerBytes) break;
        stream = held[at] === 2 ? 'stderr' : 'stdout';
        due = held.readUInt32BE(at + 4);
        at += headerBytes;
        continue;
      }
      const piece = held.subarray(at, at + due);
      at += piece.length;
      due -= piece.length;
      onFrame(stream, piece);
    }
    held = Buffer.from(held.subarray(at));
  };
}
