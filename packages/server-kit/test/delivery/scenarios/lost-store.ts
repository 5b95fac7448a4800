import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAssistantError, type Client } from '@ide-assistant/sdk';
import { startFrameProxy, type FrameProxy } from '../faults/frame-proxy.ts';
import { checkEffects, loadClient, watchEvents } from '../load.ts';
import type { Report } from '../report.ts';
import type { Scenario } from '../scenario.ts';
import { startServer } from '../server.ts';

/** Requests of each kind. */
const each = 5;
const words = 300;

/**
 * F7: the server is killed in the middle of a stream and of other requests, and comes back without its
 * store. What had been sent ends as `interrupted` and is not run again, what had not been sent is done,
 * and the client goes on with its session.
 */
export const lostStore: Scenario = async ({ report, stallMs, onEnd }) => {
  const server = await startServer();
  onEnd(() => server.close());
  const proxy = await startFrameProxy(server.url);
  onEnd(() => proxy.close());
  const client = await loadClient(proxy.url, { timeoutMs: stallMs });
  onEnd(() => client.close());
  watchEvents(client, report);
  const ask = (name: string) => client.request('chat', { message: `effect ${name}` });
  const save = (name: string) =>
    client.request('file_save', { path: `${name}.txt`, content: name });
  const count = (times: number) => readStream(client, times, stallMs);
  const namesOf = (kind: string) => Array.from({ length: each }, (_, index) => `${kind}${index}`);

  await Promise.all(namesOf('before').map(ask));

  // From here on the client hears of no end, and the server not of all that it is asked.
  const allReplied = hideReplies(proxy, each * 2);
  const isStreaming = new Promise<void>((resolve) => {
    client.on('ai_delta', ({ delta }) => delta.startsWith('w') && resolve());
  });
  const sent = {
    ...Object.fromEntries(namesOf('answered').map((name) => [`effect ${name}`, ask(name)])),
    ...Object.fromEntries(namesOf('saved').map((name) => [`save ${name}`, save(name)])),
    ...Object.fromEntries(namesOf('unheard').map((name) => [`effect ${name}`, ask(name)])),
    stream: count(words),
  };
  const sentEndings = Object.entries(sent).map(([what, result]) =>
    expectInterrupted(report, what, result),
  );
  await Promise.all([allReplied, isStreaming]);

  const lost = nextState(client, 'reconnecting');
  await server.kill();
  await lost;
  proxy.fault = (frame) => [frame];
  const queued = [...namesOf('later').map(ask), ...namesOf('kept').map(save)];
  const queuedEndings = queued.map((result) =>
    expectDone(report, 'what had not been sent', result),
  );
  await rm(join(server.directory, 'data', 'store'), { recursive: true });
  await server.start();
  await Promise.all([...sentEndings, ...queuedEndings]);

  // The session goes on, also over the next interruption, in which nothing was lost.
  await expectDone(report, 'a stream afterwards', count(30));
  const read = client.request('file_open', { path: 'saved0.txt' });
  await expectDone(report, 'reading what was saved before', read);
  const replied = hideReplies(proxy, 1);
  const cut = ask('cut0');
  await replied;
  proxy.fault = (frame) => [frame];
  proxy.closeClients(1006);
  await expectDone(report, 'a request over another cut', cut);

  const effects = ['before', 'answered', 'later'].flatMap(namesOf).concat('cut0');
  checkEffects(report, { answered: 0, effects, interrupted: [] }, await server.effects());
};

/** Keeps from the client how its requests end; resolves when so many have. What is unheard of stays so. */
function hideReplies(proxy: FrameProxy, count: number): Promise<void> {
  return new Promise((resolve) => {
    let replies = 0;
    proxy.fault = (frame, direction) => {
      if (direction === 'up') return frame.includes('unheard') ? [] : [frame];
      if ((JSON.parse(frame) as { seq?: number }).seq !== undefined) return [frame];
      replies += 1;
      if (replies === count) resolve();
      return [];
    };
  });
}

function expectDone(report: Report, what: string, result: Promise<unknown>): Promise<void> {
  return result.then(
    () => report.add('done'),
    (error: unknown) => report.violation(`${what} failed: ${String(error)}`),
  );
}

async function expectInterrupted(
  report: Report,
  what: string,
  result: Promise<unknown>,
): Promise<void> {
  try {
    await result;
    report.violation(`${what} ended as done, which nobody can know`);
  } catch (error) {
    if (!isAssistantError(error) || error.code !== 'interrupted' || error.retryable) {
      report.violation(`${what} ended in ${String(error)}`);
    }
    report.add('ended as interrupted');
  }
}

/** Reads a stream of so many words to its end. */
async function readStream(client: Client, words: number, timeoutMs: number): Promise<void> {
  let text = '';
  const stream = client.stream('chat', { message: `count ${words} 5` }, { timeoutMs });
  for await (const part of stream) {
    if (part.type === 'ai_delta') text += part.delta;
  }
  if (!text.endsWith(`w${words - 1} `)) throw new Error(`it ended with “${text.slice(-20)}”`);
}

function nextState(client: Client, state: Client['status']['state']): Promise<void> {
  return new Promise((resolve) => {
    const undo = client.on('status', (status) => {
      if (status.state !== state) return;
      undo();
      resolve();
    });
  });
}
