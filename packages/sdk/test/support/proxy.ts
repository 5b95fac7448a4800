import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP proxy that cuts or silences connections after a random number of bytes, in mid-frame too. */
export class CuttingProxy {
  cuts = 0;
  readonly #server: Server;
  readonly #pairs = new Set<() => void>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * @param nextBudget bytes, both directions together, that the next connection passes before it is cut.
   */
  static async start(targetPort: number, nextBudget: () => number): Promise<CuttingProxy> {
    const server = createServer();
    const proxy = new CuttingProxy(server);
    server.on('connection', (near) =>
      proxy.#join(near, connect(targetPort, '127.0.0.1'), nextBudget()),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ide/ws`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const cut of this.#pairs) cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: Socket, far: Socket, budget: number): void {
    let left = budget;
    const cut = () => {
      near.destroy();
      far.destroy();
      this.#pairs.delete(cut);
    };
    this.#pairs.add(cut);
    const pipe = (from: Socket, to: Socket) =>
      from.on('data', (chunk: Buffer) => {
        left -= chunk.length;
        if (left >= 0) {
          to.write(chunk);
          return;
        }
        // What fits is delivered, so that the cut is seen at this very byte.
        this.cuts++;
        from.pause();
        to.end(chunk.subarray(0, Math.max(0, chunk.length + left)), cut);
      });
    pipe(near, far);
    pipe(far, near);
    for (const socket of [near, far]) socket.on('error', cut).on('close', cut);
  }
}

/** Uniform numbers from 0 to below 1, the same for the same seed (a linear congruential generator). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
