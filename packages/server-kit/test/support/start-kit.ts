import { createServer, type Server } from 'node:http';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createServerKit, type ServerKit, type ServerKitOptions } from '../../src/index.ts';
import { audience, issuer, secret } from './tokens.ts';

export interface StartedKit {
  kit: ServerKit;
  server: Server;
  directory: string;
  /** `ws://…/ide/ws` */
  url: string;
  /** `http://…/ide` */
  rest: string;
  /** Host folder of a session's workspace. */
  workspaceOf: (sessionId: string) => string;
}

/** A kit on a plain Node server of its own, gone when the test ends. */
export async function startKit(options: Partial<ServerKitOptions> = {}): Promise<StartedKit> {
  const directory = options.dataDirectory ?? (await temporaryDirectory());
  const kit = createServerKit({
    auth: { secret, issuer, audience },
    logger: testLogger,
    ...options,
    dataDirectory: directory,
  });
  await kit.ready;
  const server = createServer(kit.handler);
  kit.attach(server);
  await listen(server);
  onTestFinished(() => stopKit({ kit, server }));
  const { port } = server.address() as AddressInfo;
  return {
    kit,
    server,
    directory,
    url: `ws://127.0.0.1:${port}/ide/ws`,
    rest: `http://127.0.0.1:${port}/ide`,
    workspaceOf: (sessionId) => join(directory, 'workspaces', sessionId),
  };
}

/** Shows what the kit would tell its operator, beside the test that caused it. */
const testLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: console.warn,
  error: (fields: object, message: string) => console.error(message, fields),
};

export async function stopKit({ kit, server }: Pick<StartedKit, 'kit' | 'server'>): Promise<void> {
  await kit.close({ graceMs: 100 });
  server.closeAllConnections();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
}

export function listen(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
}

export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'ide-kit-'));
  await chmod(directory, 0o711);
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
