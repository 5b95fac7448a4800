import { execFile } from 'node:child_process';
import { mkdirSync, openSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSocketServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { createServerKit, type Limits } from '../../../src/index.ts';
import { audience, issuer, secret } from '../../support/tokens.ts';

/** What the parent writes on the first line of the standard input. */
export interface HostAppSettings {
  /** Where everything of it lies. */
  directory: string;
  limits: Partial<Limits>;
  /** A secret for each place in which the app itself holds one. */
  secrets?: Record<
    'memory' | 'opened-file' | 'data-file' | 'http-answer' | 'socket-answer' | 'abstract-socket',
    string
  >;
}

/** What the parent may write afterwards: a program to run as a plain child, outside of any sandbox. */
export interface HostAppErrand {
  program: string;
  args: readonly string[];
}

/** What it answers once it serves. */
export interface HostAppNotice {
  port: number;
  /** Of a service that asks nobody who he is, as those by which clouds give credentials. */
  openPort: number;
}

/*
 * An app with the kit, in a process of its own as a host would run it, so that there are a memory,
 * an environment and descriptors to look into. Each line that it is written is answered by one. It
 * ends with its standard input.
 */
const lines = createInterface({ input: process.stdin });
lines.once('line', (line) => void serve(JSON.parse(line) as HostAppSettings));

async function serve({ directory, limits, secrets }: HostAppSettings): Promise<void> {
  const dataDirectory = join(directory, 'data');
  const kit = createServerKit({ auth: { secret, issuer, audience }, dataDirectory, limits });
  lines.once('close', () => void kit.close({ graceMs: 100 }).then(() => process.exit(0)));
  await kit.ready;
  const server = createServer(kit.handler);
  kit.attach(server);
  const notice: HostAppNotice = { port: await listen(server, 0), openPort: 0 };
  if (secrets) {
    const unlinked = join(directory, 'unlinked');
    writeFileSync(unlinked, secrets['opened-file']);
    // A collection would take away what nobody can reach.
    Object.assign(globalThis, { held: [secrets, openSync(unlinked, 'r')] });
    unlinkSync(unlinked);
    writeFileSync(join(dataDirectory, 'credentials.json'), secrets['data-file'], { mode: 0o644 });
    notice.openPort = await listen(
      answering(`HTTP/1.0 200 OK\r\n\r\n${secrets['http-answer']}`),
      0,
    );
    mkdirSync(join(directory, 'run'), { recursive: true });
    await listen(answering(secrets['socket-answer']), join(directory, 'run', 'host.sock'));
    await listen(answering(''), `\0${secrets['abstract-socket']}`);
  }
  lines.on('line', (line) => void run(JSON.parse(line) as HostAppErrand).then(say));
  say(notice);
}

function say(answer: unknown): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

async function run({ program, args }: HostAppErrand): Promise<string> {
  const maxBuffer = 1 << 26;
  return (await promisify(execFile)(program, args, { maxBuffer })).stdout;
}

function answering(text: string): Server {
  return createSocketServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(text);
  });
}

/** Resolves with the port. */
async function listen(server: Server, where: number | string): Promise<number> {
  await new Promise<void>((resolve) => {
    if (typeof where === 'number') server.listen(where, '127.0.0.1', resolve);
    else server.listen(where, resolve);
  });
  return (server.address() as Partial<AddressInfo> | null)?.port ?? 0;
}
