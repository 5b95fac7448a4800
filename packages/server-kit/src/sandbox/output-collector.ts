import { StringDecoder } from 'node:string_decoder';

type StreamName = 'stdout' | 'stderr';

/**
 * A program may write this many times `outputBytes` before it is killed. What lies between is
 * dropped without harm to the program, so that a chatty run still finishes its work.
 */
export const floodFactor = 16;

/** What {@link createOutputCollector} needs. */
export interface OutputCollectorOptions {
  /** Bytes kept, both streams together. */
  outputBytes: number;
  onOutput?: ((chunk: { stream: StreamName; text: string }) => void) | undefined;
  /** Called once, when the program has written {@link floodFactor} times as much as is kept. */
  onFlood: () => void;
}

/** Gathers the two output streams of one run. */
export interface OutputCollector {
  add(stream: StreamName, bytes: Uint8Array): void;
  /** Ends both decoders and returns the text. */
  finish(): { stdout: string; stderr: string; truncated: boolean };
}

/**
 * Counts bytes before decoding, since a limit on characters would let four times as much through,
 * and decodes per stream, since a character may arrive in two pieces.
 */
export function createOutputCollector(options: OutputCollectorOptions): OutputCollector {
  const { outputBytes, onOutput, onFlood } = options;
  const text: Record<StreamName, string> = { stdout: '', stderr: '' };
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  let written = 0;
  let flooded = false;

  const emit = (stream: StreamName, piece: string): void => {
    if (piece === '') return;
    text[stream] += piece;
    onOutput?.({ stream, text: piece });
  };

  return {
    add(stream, bytes) {
      const room = Math.max(0, outputBytes - written);
      written += bytes.byteLength;
      if (room > 0) emit(stream, decoders[stream].write(Buffer.from(bytes.subarray(0, room))));
      if (flooded || written < outputBytes * floodFactor) return;
      flooded = true;
      onFlood();
    },
    finish() {
      const truncated = written > outputBytes;
      // The cut may fall inside a character; its first half is no text.
      if (!truncated) {
        emit('stdout', decoders.stdout.end());
        emit('stderr', decoders.stderr.end());
      }
      return { ...text, truncated };
    },
  };
}
