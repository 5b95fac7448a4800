import { startFrameProxy } from '../faults/frame-proxy.ts';
import { startTcpProxy, type Fate } from '../faults/tcp-proxy.ts';
import { checkEffects, loadClient, runLoad, type LoadOptions } from '../load.ts';
import type { Scenario, ScenarioContext } from '../scenario.ts';
import { startServer } from '../server.ts';

type Settings = Parameters<typeof startServer>[0];

/** Bytes that a connection passes before its fault: from within the handshake to some hundred frames. */
const fateBytes = ({ random }: ScenarioContext, most: number) => 400 + Math.floor(random() * most);

/** A load through a TCP proxy whose connections end as `nextFate` says. */
async function throughTcp(
  context: ScenarioContext,
  nextFate: () => Fate,
  settings: Settings = {},
  options: Partial<LoadOptions> = {},
): Promise<void> {
  const { report, requests, stallMs, onEnd } = context;
  const server = await startServer(settings);
  onEnd(() => server.close());
  const proxy = await startTcpProxy(server.port, nextFate);
  onEnd(() => proxy.close());
  const client = await loadClient(proxy.url);
  onEnd(() => client.close());
  const result = await runLoad(client, report, { requests, stallMs, ...options });
  report.figure('answered', result.answered);
  report.figure('faults', proxy.faults);
  checkEffects(report, result, await server.effects());
}

/** F1: connections are cut at random bytes, in either direction. */
export const cuts: Scenario = (context) =>
  throughTcp(context, () => ({ bytes: fateBytes(context, 200_000), fault: 'cut' }));

/** F3: connections go silent up, down or both ways while they look open. */
export const halfOpen: Scenario = (context) => {
  const faults = ['silent-up', 'silent-down', 'silent-both', 'cut'] as const;
  return throughTcp(
    context,
    () => ({
      bytes: fateBytes(context, 300_000),
      fault: faults[Math.floor(context.random() * faults.length)] ?? 'cut',
    }),
    { limits: { heartbeatMs: 250 } },
  );
};

/** F8: the server keeps fewer events than an outage misses, so that the client rebuilds. */
export const shortLog: Scenario = (context) =>
  throughTcp(context, () => ({ bytes: 60_000 + fateBytes(context, 200_000), fault: 'cut' }), {
    limits: { replayEvents: 12 },
  });

/** F6: the server process is killed again and again, with its store on disk. */
export const kills: Scenario = async (context) => {
  const { random, report, requests, stallMs, onEnd } = context;
  const server = await startServer();
  onEnd(() => server.close());
  const client = await loadClient(server.url);
  onEnd(() => client.close());
  const times = 13;
  const due = Array.from({ length: times }, (_, index) =>
    Math.floor(((index + 0.2 + random() * 0.6) / times) * requests * 0.95),
  );
  let restarting = Promise.resolve();
  const result = await runLoad(client, report, {
    requests,
    stallMs,
    mayInterrupt: true,
    onAnswer(answered) {
      if (answered < (due[0] ?? Infinity)) return;
      due.shift();
      report.add('kills');
      restarting = restarting.then(() => server.kill()).then(() => server.start());
    },
  });
  await restarting;
  report.figure('answered', result.answered);
  checkEffects(report, result, await server.effects());
};

async function throughFrames(
  context: ScenarioContext,
  options: Parameters<typeof startFrameProxy>[1],
): Promise<void> {
  const { report, requests, stallMs, onEnd } = context;
  const server = await startServer();
  onEnd(() => server.close());
  const proxy = await startFrameProxy(server.url, options);
  onEnd(() => proxy.close());
  const client = await loadClient(proxy.url);
  onEnd(() => client.close());
  const result = await runLoad(client, report, { requests, stallMs });
  report.figure('answered', result.answered);
  checkEffects(report, result, await server.effects());
}

/** F4: one frame in twenty comes twice, in both directions. */
export const duplicates: Scenario = (context) => {
  const { random, report } = context;
  return throughFrames(context, {
    fault(frame) {
      if (random() >= 0.05) return [frame];
      report.add('faults');
      return [frame, frame];
    },
  });
};

/** F5: one frame in fifty comes after the one that follows it, in both directions. */
export const reordered: Scenario = (context) => {
  const { random, report } = context;
  return throughFrames(context, {
    overtake() {
      const overtakes = random() < 0.02;
      if (overtakes) report.add('faults');
      return overtakes;
    },
  });
};
