import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What happens to a connection once it has passed its bytes. */
export type Fault = 'cut' | 'silent-up' | 'silent-down' | 'silent-both';

/** How long one connection lives, and how it ends. */
export interface Fate {
  /** Bytes, both directions together, that pass before the fault; in mid-frame as it comes. */
  bytes: number;
  fault: Fault;
}

/** A TCP proxy on loopback whose connections meet their fates. */
export interface TcpProxy {
  readonly url: string;
  /** Faults that happened. */
  readonly faults: number;
  /** Connections that were opened. */
  readonly opened: number;
  /** Where new connections go. */
  target: number;
  /** Whether new connections are dropped at once, as by a network that is down. */
  isDown: boolean;
  /** Cuts all connections. */
  cut(): void;
  close(): Promise<void>;
}

/** Starts the proxy; `nextFate` is asked for each new connection. */
export async function startTcpProxy(target: number, nextFate: () => Fate): Promise<TcpProxy> {
  const pairs = new Set<() => void>();
  let faults = 0;
  let opened = 0;

  const join = (near: Socket): void => {
    if (proxy.isDown) {
      near.destroy();
      return;
    }
    opened += 1;
    const far = connect(proxy.target, '127.0.0.1');
    const fate = nextFate();
    let left = fate.bytes;
    let isSilent = false;
    const cut = () => {
      near.destroy();
      far.destroy();
      pairs.delete(cut);
    };
    pairs.add(cut);
    const pipe = (from: Socket, to: Socket, direction: 'up' | 'down') => {
      const swallows = () =>
        isSilent && (fate.fault === 'silent-both' || fate.fault === `silent-${direction}`);
      from.on('data', (chunk: Buffer) => {
        if (swallows()) return;
        const passed = isSilent ? chunk.length : left;
        left -= chunk.length;
        if (isSilent || left >= 0) {
          to.write(chunk);
          return;
        }
        faults += 1;
        if (fate.fault === 'cut') {
          // What fits is delivered, so that the cut is seen at this very byte.
          from.pause();
          to.end(chunk.subarray(0, Math.max(0, passed)), cut);
          return;
        }
        isSilent = true;
        // The other direction may go on for ever: the socket is open as far as anybody can tell.
        to.write(swallows() ? chunk.subarray(0, Math.max(0, passed)) : chunk);
      });
    };
    pipe(near, far, 'up');
    pipe(far, near, 'down');
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      socket.on('error', cut).on('close', cut);
    }
  };

  const server = createServer(join);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const proxy: TcpProxy = {
    url: `ws://127.0.0.1:${port}/ide/ws`,
    target,
    isDown: false,
    cut() {
      for (const end of pairs) end();
    },
    get faults() {
      return faults;
    },
    get opened() {
      return opened;
    },
    async close() {
      proxy.cut();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
  return proxy;
}
