import { on } from 'node:events';
import { contract } from '@ide-assistant/sdk/protocol';
import { WebSocket } from 'ws';
import { token } from '../../support/tokens.ts';
import { startTcpProxy } from '../faults/tcp-proxy.ts';
import { loadClient, watchEvents } from '../load.ts';
import { startOwnKit } from '../own-kit.ts';
import { promptedAssistant } from '../prompted-assistant.ts';
import type { Scenario, ScenarioContext } from '../scenario.ts';

const words = 60;
/** Words that are said before the network goes down. */
const heard = 10;

/**
 * F8: a stream is cut off by an outage that misses more events than the server keeps. What its reader has
 * in the end is what somebody has who was never cut off.
 *
 * @param missed Words that are said during the outage, each an event of its own.
 */
async function acrossOutage(context: ScenarioContext, missed: number): Promise<void> {
  const { report, onEnd } = context;
  const assistant = promptedAssistant();
  const kit = await startOwnKit(context, {
    assistant: assistant.run,
    limits: { replayEvents: 5 },
  });
  const { port } = new URL(kit.url);
  const proxy = await startTcpProxy(Number(port), () => ({
    bytes: Infinity,
    fault: 'cut',
  }));
  onEnd(() => proxy.close());
  const [reader, witness] = await Promise.all([loadClient(proxy.url), loadClient(kit.url)]);
  onEnd(() => reader.close());
  onEnd(() => witness.close());
  watchEvents(reader, report);

  const message = `say ${words} outage`;
  const stream = reader.stream('chat', { message });
  const asked = { type: 'chat', request_id: stream.requestId, message };
  let told = '';
  const ended = Promise.withResolvers<void>();
  const goUp = () => void (proxy.isDown = false);
  witness.on('ai_delta', ({ delta }) => {
    told += delta;
    const said = told.split(' ').length - 1;
    if (!proxy.isDown) return;
    if (said < heard + missed) assistant.allow(1);
    else if (said < words) goUp();
  });
  witness.on('ai_typing', ({ is_typing }) => {
    if (is_typing) return;
    ended.resolve();
    // The last word is said a moment before the request has ended.
    if (proxy.isDown) void replyTo(kit.url, reader.clientId, asked).then(goUp);
  });
  await witness.request('ping', {});

  let text = '';
  let isCut = false;
  assistant.allow(heard);
  for await (const part of stream) {
    if (part.type === 'snapshot') {
      report.add('snapshot parts');
      ({ text } = part);
      assistant.allow(words);
    } else if (part.type === 'ai_delta') {
      text += part.delta;
    }
    if (isCut || !text.includes(`w${heard - 1} `)) continue;
    isCut = true;
    proxy.isDown = true;
    proxy.cut();
    assistant.allow(1);
  }
  await ended.promise;
  // The witness may still be told the last words.
  await witness.request('ping', {});
  if (text !== told) {
    report.violation(`the reader has “…${text.slice(-40)}”, the witness “…${told.slice(-40)}”`);
  }
}

/** Asks again what somebody has asked, and resolves when that is answered. */
async function replyTo(
  url: string,
  clientId: string,
  request: { type: string; request_id: string },
): Promise<void> {
  const socket = new WebSocket(`${url}?session=load&client=${clientId}`, [
    'ide-assistant.v1',
    `bearer.${await token()}`,
  ]);
  socket.on('open', () => socket.send(JSON.stringify(request)));
  for await (const [data] of on(socket, 'message')) {
    const { type, request_id } = JSON.parse(String(data)) as typeof request;
    if (request_id === request.request_id && type === contract.chat.reply) break;
  }
  socket.terminate();
}

/** The stream still runs when the network is back. */
export const outage: Scenario = (context) => acrossOutage(context, 30);

/** The stream has ended when the network is back. */
export const outageBeyondEnd: Scenario = (context) => acrossOutage(context, words - heard);
