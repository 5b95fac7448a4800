import { isAssistantError, onPhases } from '@ide-assistant/sdk';
import { startFrameProxy } from '../faults/frame-proxy.ts';
import { createSpoiler, type Fields } from '../faults/spoiler.ts';
import { checkEffects, loadClient } from '../load.ts';
import type { Scenario } from '../scenario.ts';
import { startServer } from '../server.ts';
import { malformedReplies } from './malformed-replies.ts';

/** Stands for the id of the request that has no answer yet. */
const placeholder = '$live';

/**
 * F18: a client is sent what no server should send. It throws nothing, stays connected or resumes, and its
 * requests are answered.
 */
export const malformedToClient: Scenario = async (context) => {
  const { report, seed, random, requests, stallMs, onEnd } = context;
  const server = await startServer({ limits: { heartbeatMs: 0 } });
  onEnd(() => server.close());
  const proxy = await startFrameProxy(server.url);
  onEnd(() => proxy.close());
  const client = await loadClient(proxy.url, { timeoutMs: stallMs, random: () => 0 });
  onEnd(() => client.close());
  process.on('unhandledRejection', (error) => report.violation(`unhandled: ${String(error)}`));
  await onPhases(client, () => undefined);

  const effects: string[] = [];
  /** Has an effect, and follows it as a stream. Tells whether it was whole. */
  const haveEffect = async (requestId?: string): Promise<void> => {
    const name = `e${effects.length}`;
    effects.push(name);
    const options = { timeoutMs: stallMs, ...(requestId === undefined ? {} : { requestId }) };
    const stream = client.stream('chat', { message: `effect ${name}` }, options);
    let text = '';
    for await (const part of stream) {
      if (part.type === 'snapshot') ({ text } = part);
      else if (part.type === 'ai_delta') text += part.delta;
    }
    if (text !== `done with ${name}`) report.violation(`${name} was answered by “${text}”`);
  };

  /** Sends the client a frame while a request of its own has been answered, and it not yet told. */
  const inject = async (frame: string | Uint8Array, live: string): Promise<void> => {
    const held = Promise.withResolvers<string>();
    proxy.fault = (each, direction) => {
      const { seq, request_id: id } = JSON.parse(each) as { seq?: number; request_id?: string };
      if (direction === 'up' || seq !== undefined || id !== live) return [each];
      held.resolve(each);
      return [];
    };
    const effect = haveEffect(live);
    const reply = await held.promise;
    proxy.fault = (each) => [each];
    proxy.sendToClients(typeof frame === 'string' ? frame.replace(placeholder, live) : frame);
    proxy.sendToClients(reply);
    await effect;
    await haveEffect();
  };

  for (const [index, frame] of malformedReplies(placeholder).entries()) {
    try {
      await inject(frame, `live${index}`);
    } catch (error) {
      report.violation(`after ${frame.slice(0, 80).toString()}: ${String(error)}`);
    }
    report.add('frames');
  }

  // Made up from what the server has just said, and sent before it.
  const { spoil } = createSpoiler(random);
  let mutations = 0;
  proxy.fault = (frame, direction) => {
    if (direction === 'up' || random() < 0.5) return [frame];
    mutations += 1;
    const as = random() < 0.7 ? 'json' : 'bytes';
    return [spoil(JSON.parse(frame) as Fields, as).toString(), frame];
  };
  while (mutations < requests / 5 && report.violations.length === 0) {
    await client.request('chat', { message: 'effect spoilt' }).catch((error: unknown) => {
      if (!isAssistantError(error)) report.violation(`seed ${seed}: ${String(error)}`);
    });
    if (client.status.state === 'closed') {
      report.violation(`seed ${seed}: closed after ${mutations} made up frames`);
    }
  }
  proxy.fault = (frame) => [frame];
  await haveEffect();
  report.figure('mutations', mutations);
  report.figure('connections', proxy.opened);
  const happened = (await server.effects()).filter((name) => name !== 'spoilt');
  checkEffects(report, { answered: effects.length, effects, interrupted: [] }, happened);
};
