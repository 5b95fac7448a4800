import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Way that bytes take through a proxy: from the client `up` to the server, or `down` to the client. */
export type Direction = 'up' | 'down';

/** A TCP proxy on loopback that cuts at one exact byte. */
export interface OffsetProxy {
  readonly url: string;
  /** Cuts that happened. */
  readonly cuts: number;
  /**
   * Cuts the connection when so many more bytes have passed in this direction. With 0 the next ones are
   * held back altogether. What comes after the cut arrives nowhere, in neither direction.
   */
  cutAfter(direction: Direction, bytes: number): void;
  close(): Promise<void>;
}

/** Starts the proxy; without `cutAfter` it passes everything on. */
export async function startOffsetProxy(target: number): Promise<OffsetProxy> {
  const sockets = new Set<Socket>();
  let trap: { direction: Direction; left: number } | null = null;
  let cuts = 0;

  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    let isCut = false;
    const pipe = (from: Socket, to: Socket, direction: Direction) => {
      from.on('data', (chunk: Buffer) => {
        if (isCut) return;
        if (trap?.direction !== direction) {
          to.write(chunk);
        } else if (chunk.length < trap.left) {
          trap.left -= chunk.length;
          to.write(chunk);
        } else {
          isCut = true;
          cuts += 1;
          const { left } = trap;
          trap = null;
          // The receiver gets what has passed and then the end; whoever sent it loses the connection.
          to.end(chunk.subarray(0, left));
          from.destroy();
        }
      });
      from.on('close', () => {
        sockets.delete(from);
        if (!isCut) to.destroy();
      });
      from.setNoDelay(true);
      from.on('error', () => from.destroy());
      sockets.add(from);
    };
    pipe(near, far, 'up');
    pipe(far, near, 'down');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}/ide/ws`,
    get cuts() {
      return cuts;
    },
    cutAfter(direction, bytes) {
      trap = { direction, left: bytes };
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
