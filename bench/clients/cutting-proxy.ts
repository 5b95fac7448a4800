import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between a client and its server, and cuts their connections at random bytes. */
export interface CuttingProxy {
  readonly port: number;
  /** Connections cut so far. */
  readonly cuts: number;
  /** Cuts nothing any more. */
  spare(): void;
  close(): void;
}

/**
 * Starts a proxy. Each connection may pass a number of bytes, both directions together, that is drawn
 * evenly from almost none to twice `meanBytes`; then it ends at that very byte, within a frame or a
 * handshake as it happens.
 */
export async function startCuttingProxy(options: {
  targetPort: number;
  meanBytes: number;
  random: () => number;
}): Promise<CuttingProxy> {
  const { targetPort, meanBytes, random } = options;
  const live = new Set<() => void>();
  let cuts = 0;
  let isSpared = false;

  // A proxy that gathers small frames would delay whoever sends one at a time by 40 ms for each.
  const noDelay = true;
  const server = createServer({ noDelay }, (near) => {
    const far = connect({ port: targetPort, host: '127.0.0.1', noDelay });
    let left = Math.floor(meanBytes * (0.02 + 1.96 * random()));
    const end = () => {
      near.destroy();
      far.destroy();
      live.delete(end);
    };
    live.add(end);
    const pipe = (from: Socket, to: Socket) =>
      from.on('data', (chunk: Buffer) => {
        if (isSpared || chunk.length <= left) {
          left -= chunk.length;
          to.write(chunk);
          return;
        }
        cuts += 1;
        near.removeAllListeners('data').pause();
        far.removeAllListeners('data').pause();
        // What still fits arrives, or the cut would always lie between two chunks.
        to.end(chunk.subarray(0, left), end);
      });
    pipe(near, far);
    pipe(far, near);
    for (const socket of [near, far]) socket.on('error', end).on('close', end);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    get cuts() {
      return cuts;
    },
    spare() {
      isSpared = true;
    },
    close() {
      for (const end of live) end();
      server.close();
    },
  };
}

/** Uniform numbers from 0 to below 1, the same ones for the same seed. */
export function seededRandom(seed: number): () => number {
  // Mulberry32. Neighbouring seeds begin far apart, unlike those of a congruential generator.
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
