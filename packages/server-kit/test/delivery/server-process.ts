import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { flushCompileCache } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { createServerKit, type AssistantEvent, type ServerKitOptions } from '../../src/index.ts';
import { seededRandom } from './faults/random.ts';
import { audience, issuer, secret } from '../support/tokens.ts';
import { unlimited } from '../support/unlimited.ts';

/** What the parent says when it forks this process. */
export interface ServerSettings {
  /** 0 takes a free one. */
  port: number;
  directory: string;
  /** `seed` makes the spread of the reconnects the same each time. */
  options: Pick<ServerKitOptions, 'limits' | 'connections'> & { seed?: number };
}

/** What this process answers. */
export type ServerNotice =
  | { type: 'up'; port: number }
  | { type: 'memory'; rss: number; heap: number; connections: number };

/*
 * A real server with the kit, in a process of its own so that it can be killed. Its assistant is the
 * host's: `effect <name>` writes the name down, which must happen once, and `count <words> <ms>` is a
 * stream of that many words with a pause between two. `flood <times> <bytes>` is a stream in which the
 * host tells the session something of its own so many times.
 */
const settings = JSON.parse(process.argv[2] ?? '{}') as ServerSettings;
const { directory, port } = settings;
const { seed, ...options } = settings.options;

const kit = createServerKit({
  auth: { secret, issuer, audience },
  ...options,
  limits: { ...unlimited, ...options.limits },
  random: seed === undefined ? Math.random : seededRandom(seed),
  dataDirectory: join(directory, 'data'),
  async *assistant({ sessionId, message }): AsyncGenerator<AssistantEvent> {
    const [kind, name = '', pause = '0'] = message.split(' ');
    if (kind === 'effect') {
      appendFileSync(join(directory, 'effects'), `${name}\n`);
      for (const word of ['done', ' with ', name]) yield { type: 'text', delta: word };
      return;
    }
    if (kind === 'flood') {
      const details = { text: 'x'.repeat(Number(pause)) };
      for (let time = 0; time < Number(name); time += 1) {
        kit.publish(sessionId, 'session_update', { update_type: 'flood', details });
        yield { type: 'text', delta: '.' };
        await nextTurn();
      }
      return;
    }
    for (let word = 0; word < Number(name); word += 1) {
      yield { type: 'text', delta: `w${word} ` };
      await delay(Number(pause));
    }
  },
});

let connections = 0;
kit.on('connection', ({ open }) => {
  connections += open ? 1 : -1;
});
await kit.ready;
const server = createServer(kit.handler);
kit.attach(server);
await new Promise<void>((resolve) => {
  server.listen(port, '127.0.0.1', resolve);
});
const say = (notice: ServerNotice) => process.send?.(notice);
say({ type: 'up', port: (server.address() as AddressInfo).port });
// It will be killed, and the next one need not compile the same again.
flushCompileCache();

process.on('message', (request: 'memory' | 'stop') => {
  if (request === 'stop') {
    void kit.close({ graceMs: 200 }).then(() => process.exit(0));
    return;
  }
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  const { rss, heapUsed } = process.memoryUsage();
  say({ type: 'memory', rss, heap: heapUsed, connections });
});
process.on('disconnect', () => process.exit(0));
