import { get } from 'node:http';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { token } from '../support/tokens.ts';
import type { Server } from './server.ts';

/** What a client's process and its server hold while nothing goes on. */
export interface Holdings {
  /** Bytes after a collection. */
  heap: number;
  serverHeap: number;
  /** Listeners, timers, sockets, connections, sessions: the same after any amount of work. */
  counts: Readonly<Record<string, number>>;
}

/** Where the client listens while it is in a page. */
export interface Page {
  /** Listeners that are there now. */
  readonly listeners: number;
  close(): void;
}

const pollMs = 50;
const collections = 12;

/**
 * Makes this process look like a page to a client. The listeners are kept here, since an `EventTarget` of
 * Node may lose the link to a signal by which one is to be removed.
 */
export function openPage(): Page {
  const listeners = new Set<object>();
  Object.assign(globalThis, {
    addEventListener(_name: string, _listener: object, { signal }: { signal: AbortSignal }) {
      const entry = {};
      listeners.add(entry);
      signal.addEventListener('abort', () => listeners.delete(entry));
    },
  });
  return {
    get listeners() {
      return listeners.size;
    },
    close: () => void Reflect.deleteProperty(globalThis, 'addEventListener'),
  };
}

/**
 * Waits until sockets are closed and sessions put away, and measures.
 *
 * @throws When something is left after `stallMs`.
 */
export async function holdings(server: Server, page: Page, stallMs: number): Promise<Holdings> {
  const admin = await token({ sub: 'admin', roles: ['admin'] });
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    // The socket of the last question is gone by then.
    await delay(pollMs);
    const { TCPSocketWrap: sockets = 0 } = countsOf(process.getActiveResourcesInfo());
    const { connections } = await server.memory();
    const sessions = await sessionCount(server.port, admin);
    if (sockets + connections + sessions === 0) break;
    if (waitedMs > stallMs) {
      throw new Error(
        `${sockets} sockets, ${connections} connections, ${sessions} sessions are left`,
      );
    }
  }
  return {
    heap: await least(async () => {
      globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
      await nextTurn();
      return process.memoryUsage().heapUsed;
    }),
    serverHeap: await least(async () => (await server.memory()).heap),
    counts: {
      'listeners of the page': page.listeners,
      'listeners of the process': process
        .eventNames()
        .reduce((sum, name) => sum + process.listenerCount(name), 0),
      ...countsOf(process.getActiveResourcesInfo()),
    },
  };
}

/** Measures again and again: it takes several collections until also unused code has been let go of. */
async function least(measure: () => Promise<number>): Promise<number> {
  let bytes = Infinity;
  for (let time = 0; time < collections; time += 1) bytes = Math.min(bytes, await measure());
  return bytes;
}

function countsOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Asks over a connection of its own, which is gone afterwards. */
function sessionCount(port: number, admin: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { port, agent: false, headers: { authorization: `Bearer ${admin}` } };
    get('http://127.0.0.1/ide/status', options, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('close', () =>
        resolve((JSON.parse(body) as { session_count: number }).session_count),
      );
    }).on('error', reject);
  });
}
