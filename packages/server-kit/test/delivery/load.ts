import {
  createClient,
  isAssistantError,
  type Client,
  type ClientOptions,
} from '@ide-assistant/sdk';
import { WebSocket } from 'ws';
import { token } from '../support/tokens.ts';
import type { Report } from './report.ts';

/** How much is asked, and what may come back. */
export interface LoadOptions {
  requests: number;
  inFlight?: number;
  /** Streams at a time, for as long as the requests last. */
  streams?: number;
  /** Words of one stream. */
  words?: number;
  /** Whether the server dies meanwhile, so that a chat may end as `interrupted`. */
  mayInterrupt?: boolean;
  /** Called after each answer with the number of answers so far. */
  onAnswer?: (answered: number) => void;
  /** How long nothing may be answered before the run counts as stalled, milliseconds. */
  stallMs?: number;
}

/** What a load has come to. */
export interface LoadResult {
  answered: number;
  /** Names of the effects that the server must have had exactly once. */
  effects: string[];
  /** Names of those that ended as `interrupted`: at most once. */
  interrupted: string[];
}

/** A client for real sockets with short delays, as a load needs. */
export async function loadClient(
  url: string,
  options: Partial<ClientOptions> = {},
): Promise<Client> {
  const jwt = await token();
  return createClient({
    url,
    token: () => jwt,
    sessionId: 'load',
    timeoutMs: 0,
    connectTimeoutMs: 2_000,
    backoff: { minMs: 5, maxMs: 50, stableMs: 1_000 },
    // The one of `ws`, since that of Node may not be told to hang up without a closing handshake.
    WebSocket,
    ...options,
  });
}

/**
 * Asks for many things at once and checks each answer: files that are created and deleted again, saves of
 * shared files, effects of the host's own, reads; and streams beside them. What is wrong is told to the
 * report.
 */
export async function runLoad(
  client: Client,
  report: Report,
  {
    requests,
    inFlight = 50,
    streams = 3,
    words = 200,
    mayInterrupt = false,
    onAnswer,
    stallMs = 30_000,
  }: LoadOptions,
): Promise<LoadResult> {
  const result: LoadResult = { answered: 0, effects: [], interrupted: [] };
  const lastSaved = new Map<string, string>();
  let asked = 0;
  let isOver = false;
  watchEvents(client, report);

  const count = () => {
    result.answered += 1;
    onAnswer?.(result.answered);
  };
  /** Asks, and tells how it ended: the reply, or the code of the error. */
  const ask = async (
    name: string,
    start: () => Promise<unknown>,
    allowed: readonly string[] = [],
  ): Promise<string> => {
    asked += 1;
    try {
      await start();
      return 'done';
    } catch (error) {
      const code = isAssistantError(error) ? error.code : String(error);
      if (!allowed.includes(code)) report.violation(`${name} ended in ${code}: ${String(error)}`);
      return code;
    } finally {
      count();
    }
  };

  const steps = [
    async (id: number) => {
      const path = `made/${id}.txt`;
      await ask(`create ${path}`, () => client.request('file_create', { path, content: `${id}` }));
      await ask(`delete ${path}`, () => client.request('file_delete', { path }));
    },
    async (id: number) => {
      const name = `e${id}`;
      const message = `effect ${name}`;
      const ended = await ask(
        message,
        async () => {
          const { message: answer } = await client.request('chat', { message });
          const expected = `done with ${name}`;
          if (answer.content !== expected) {
            report.violation(`${message} was answered by “${answer.content}”`);
          }
        },
        mayInterrupt ? ['interrupted'] : [],
      );
      if (ended === 'done') result.effects.push(name);
      if (ended === 'interrupted') result.interrupted.push(name);
    },
    async (id: number) => {
      const path = `shared/${id % 8}.txt`;
      const content = `version ${id}`;
      lastSaved.set(path, content);
      await ask(`save ${path}`, () => client.request('file_save', { path, content }));
    },
    async () => {
      await ask('read', async () => {
        const { entries } = await client.request('quarantine_list', {});
        if (entries.length > 0) report.violation('a read was answered by what nobody wrote');
      });
    },
  ];

  const worker = async (first: number) => {
    for (let id = first; asked < requests; id += inFlight) await steps[id % steps.length]?.(id);
  };
  const talk = async (): Promise<void> => {
    while (!isOver) await checkStream(client, report, words, mayInterrupt);
  };
  const stalled = watchForStall(() => result.answered, stallMs);
  const talking = Array.from({ length: streams }, talk);
  const working = Promise.all(Array.from({ length: inFlight }, (_, first) => worker(first)));
  const all = working.then(async () => {
    isOver = true;
    await Promise.all(talking);
    for (const [path, content] of lastSaved) {
      const file = await client.request('file_open', { path });
      if (file.content !== content) {
        report.violation(`${path} holds “${file.content}”, but “${content}” was saved last`);
      }
    }
  });
  if ((await Promise.race([all, stalled.promise])) === 'stalled') {
    isOver = true;
    report.violation(`nothing was answered any more after ${result.answered} of ${requests}`);
  }
  stalled.stop();
  return result;
}

/** Checks that the server had each effect once: none lost, none doubled. */
export function checkEffects(
  report: Report,
  { effects, interrupted }: LoadResult,
  happened: readonly string[],
): void {
  const times = new Map<string, number>();
  for (const name of happened) times.set(name, (times.get(name) ?? 0) + 1);
  const lost = effects.filter((name) => !times.has(name));
  const doubled = [...times].filter(([, count]) => count > 1);
  report.figure('lost', lost.length);
  report.figure('doubled', doubled.length);
  report.figure('interrupted', interrupted.length);
  if (lost.length > 0) report.violation(`lost effects: ${lost.slice(0, 5).join(' ')}`);
  if (doubled.length > 0) {
    report.violation(`doubled effects: ${doubled.slice(0, 5).join(' ')} (${doubled.length})`);
  }
}

/** Reads a stream and checks that its text grows word by word, without a hole or a repeat. */
async function checkStream(
  client: Client,
  report: Report,
  words: number,
  mayInterrupt: boolean,
): Promise<void> {
  const expected = Array.from({ length: words }, (_, word) => `w${word} `).join('');
  let text = '';
  try {
    for await (const part of client.stream('chat', { message: `count ${words} 2` })) {
      if (part.type === 'snapshot') ({ text } = part);
      else if (part.type === 'ai_delta') text += part.delta;
      if (!expected.startsWith(text)) {
        report.violation(`a stream has a hole or a repeat: …${text.slice(-40)}`);
        return;
      }
    }
    if (text !== expected) {
      report.violation(`a stream ended after ${text.length} of ${expected.length} characters`);
    }
    report.add('streams');
  } catch (error) {
    const isExpected = mayInterrupt && isAssistantError(error) && error.code === 'interrupted';
    if (!isExpected) report.violation(`a stream failed: ${String(error)}`);
  }
}

/** Checks that events come in the order of their numbers, each once, but where a snapshot stands in. */
export function watchEvents(client: Client, report: Report): void {
  let last = 0;
  let epoch = '';
  client.on('status', (status) => {
    if (status.state !== 'connected') return;
    const { connect } = status;
    report.add('connections');
    if (connect.resumed && connect.epoch !== epoch) report.violation('resumed another epoch');
    if (!connect.resumed) {
      report.add('snapshots');
      last = connect.seq;
    }
    ({ epoch } = connect);
  });
  client.on('event', ({ seq, type }) => {
    if (seq === undefined) return;
    if (seq !== last + 1) report.violation(`event ${type} is number ${seq}, after ${last}`);
    last = seq;
    report.add('events');
  });
}

function watchForStall(answered: () => number, stallMs: number) {
  const done = Promise.withResolvers<'stalled'>();
  let before = -1;
  const timer = setInterval(() => {
    const now = answered();
    if (now === before) done.resolve('stalled');
    before = now;
  }, stallMs);
  return { promise: done.promise, stop: () => clearInterval(timer) };
}
