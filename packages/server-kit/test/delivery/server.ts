import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerNotice, ServerSettings } from './server-process.ts';

/** A server process that can be killed and started again on what it left on disk. */
export interface Server {
  readonly port: number;
  readonly url: string;
  readonly directory: string;
  /** Kills it with SIGKILL and waits until it is gone. */
  kill(): Promise<void>;
  /** Lets it stop by itself, which tells the clients when to come back. */
  stop(): Promise<void>;
  /** Starts it again on the same port and directory. */
  start(): Promise<void>;
  memory(): Promise<Extract<ServerNotice, { type: 'memory' }>>;
  /** Names that the assistant has written down, in order. */
  effects(): Promise<string[]>;
  /** Ends it and removes its directory. */
  close(): Promise<void>;
}

/** Starts a server process. */
export async function startServer(options: ServerSettings['options'] = {}): Promise<Server> {
  const directory = await mkdtemp(join(tmpdir(), 'ide-delivery-'));
  await chmod(directory, 0o711);
  let child: ChildProcess;
  let port = 0;

  const notice = async <T extends ServerNotice['type']>(type: T) => {
    for (;;) {
      // Whichever comes first, the other is not waited for any more.
      const heard = new AbortController();
      const { signal } = heard;
      const exit = once(child, 'exit', { signal }).then(([code, by]) => {
        throw new Error(`the server ended with ${code ?? by}`);
      });
      const [message] = (await Promise.race([once(child, 'message', { signal }), exit]).finally(
        () => heard.abort(),
      )) as [ServerNotice];
      if (message.type === type) return message as Extract<ServerNotice, { type: T }>;
    }
  };
  const gone = () =>
    child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve();

  const server: Server = {
    directory,
    get port() {
      return port;
    },
    get url() {
      return `ws://127.0.0.1:${port}/ide/ws`;
    },
    async start() {
      const settings: ServerSettings = { port, directory, options };
      child = fork(new URL('server-process.ts', import.meta.url), [JSON.stringify(settings)], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      ({ port } = await notice('up'));
    },
    async kill() {
      const ended = gone();
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      const ended = gone();
      child.send('stop');
      await ended;
    },
    memory() {
      const answer = notice('memory');
      child.send('memory');
      return answer;
    },
    async effects() {
      const text = await readFile(join(directory, 'effects'), 'utf8').catch(() => '');
      return text.split('\n').filter(Boolean);
    },
    async close() {
      await server.kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}
