import { startTcpProxy } from '../faults/tcp-proxy.ts';
import { loadClient, watchEvents } from '../load.ts';
import type { Scenario, ScenarioContext } from '../scenario.ts';
import { startServer } from '../server.ts';

const words = 60;
/** Words after which the network goes down. */
const heard = 10;

/**
 * F8: a stream is cut off by an outage that misses more events than the server keeps. What its reader has
 * in the end is what somebody has who was never cut off.
 */
async function acrossOutage(
  { report, onEnd }: ScenarioContext,
  isOver: (told: { text: string; ended: boolean }) => boolean,
): Promise<void> {
  const server = await startServer({ limits: { replayEvents: 5 } });
  onEnd(() => server.close());
  const proxy = await startTcpProxy(server.port, () => ({ bytes: Infinity, fault: 'cut' }));
  onEnd(() => proxy.close());
  const [reader, witness] = await Promise.all([loadClient(proxy.url), loadClient(server.url)]);
  onEnd(() => reader.close());
  onEnd(() => witness.close());
  watchEvents(reader, report);

  const told = { text: '', ended: false };
  const over = Promise.withResolvers<void>();
  const check = () => {
    if (isOver(told)) over.resolve();
  };
  witness.on('ai_delta', ({ delta }) => {
    told.text += delta;
    check();
  });
  witness.on('ai_typing', ({ is_typing }) => {
    told.ended = !is_typing;
    check();
  });
  await witness.request('ping', {});

  let text = '';
  let received = 0;
  for await (const part of reader.stream('chat', { message: `count ${words} 5` })) {
    if (part.type === 'snapshot') {
      report.add('snapshot parts');
      ({ text } = part);
    } else if (part.type === 'ai_delta') {
      text += part.delta;
      received += 1;
    }
    if (received !== heard || proxy.isDown) continue;
    proxy.isDown = true;
    proxy.cut();
    void over.promise.then(() => {
      received += 1;
      proxy.isDown = false;
    });
  }
  await over.promise;
  // The witness may still be told the last words.
  await witness.request('ping', {});
  if (text !== told.text) {
    report.violation(
      `the reader has “…${text.slice(-40)}”, the witness “…${told.text.slice(-40)}”`,
    );
  }
}

/** The stream still runs when the network is back. */
export const outage: Scenario = (context) =>
  acrossOutage(context, ({ text }) => text.includes(`w${words - 20} `));

/** The stream has ended when the network is back. */
export const outageBeyondEnd: Scenario = (context) => acrossOutage(context, ({ ended }) => ended);
