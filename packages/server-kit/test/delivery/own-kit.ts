import { mkdtemp, rm, chmod } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createServerKit, type ServerKit, type ServerKitOptions } from '../../src/index.ts';
import { audience, issuer, secret } from '../support/tokens.ts';
import { unlimited } from '../support/unlimited.ts';
import type { ScenarioContext } from './scenario.ts';

/** A kit in the scenario's own process, whose time the scenario moves. */
export interface OwnKit {
  readonly kit: ServerKit;
  readonly url: string;
  /** What it takes for the present, epoch milliseconds. It moves with `pass` only. */
  readonly now: number;
  /** Lets its time pass, second by second, with what it does every so many seconds. */
  pass(ms: number): Promise<void>;
  /** Stops it as a host does. */
  stop(options?: { graceMs?: number }): Promise<void>;
  /** Starts it again on the same port and directory. */
  start(): Promise<void>;
  /** Stops it for good, after which another may be started. */
  close(): Promise<void>;
}

/**
 * Starts a kit, one at a time. Its intervals, of which only the upkeep has any, are called by `pass` alone.
 */
export async function startOwnKit(
  { onEnd }: ScenarioContext,
  options: Partial<ServerKitOptions> = {},
): Promise<OwnKit> {
  const directory = await mkdtemp(join(tmpdir(), 'ide-delivery-'));
  await chmod(directory, 0o711);
  mock.timers.enable({ apis: ['setInterval'] });

  let kit: ServerKit;
  let server: Server;
  let port = 0;
  let now = Date.now();

  const own: OwnKit = {
    get kit() {
      return kit;
    },
    get url() {
      return `ws://127.0.0.1:${port}/ide/ws`;
    },
    get now() {
      return now;
    },
    async pass(ms) {
      for (let left = ms; left > 0; left -= 1_000) {
        const stepMs = Math.min(1_000, left);
        now += stepMs;
        mock.timers.tick(stepMs);
        await nextTurn();
      }
    },
    async start() {
      kit = createServerKit({
        auth: { secret, issuer, audience },
        clock: () => now,
        random: () => 0.5,
        ...options,
        limits: { ...unlimited, ...options.limits },
        dataDirectory: directory,
      });
      await kit.ready;
      server = createServer(kit.handler);
      kit.attach(server);
      await new Promise<void>((resolve) => {
        server.listen(port, '127.0.0.1', resolve);
      });
      ({ port } = server.address() as AddressInfo);
    },
    async stop({ graceMs = 100 } = {}) {
      await kit.close({ graceMs });
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
    async close() {
      await own.stop();
      mock.timers.reset();
      await rm(directory, { recursive: true, force: true });
    },
  };
  await own.start();
  onEnd(() => own.close());
  return own;
}
