import { once } from 'node:events';
import { WebSocket } from 'ws';
import { token } from '../../support/tokens.ts';
import { loadClient, watchEvents } from '../load.ts';
import type { Scenario, ScenarioContext } from '../scenario.ts';
import { startServer } from '../server.ts';

/** What the session is told: 100 MiB. */
const chunks = 800;
const chunkBytes = 131_072;
/** How much the server's memory may grow meanwhile, bytes. */
const maxGrowthBytes = 24 * 2 ** 20;
/** A limit that is met by nobody here, bytes. */
const unreached = 2 ** 40;

/**
 * F17: of two connections of a session one reads nothing at all. The other gets 100 MiB without a hole,
 * the server's memory stays bounded, and the slow one is closed in the end.
 */
async function besideSlowReader(
  { report, stallMs, onEnd }: ScenarioContext,
  limits: { slowBytes: number; slowMs?: number; unsentBytes: number },
  chunksOfRequest: number,
): Promise<void> {
  const server = await startServer({ limits });
  onEnd(() => server.close());
  const client = await loadClient(server.url, { timeoutMs: stallMs });
  onEnd(() => client.close());
  watchEvents(client, report);
  await client.request('chat', { message: `flood 50 ${chunkBytes}` });

  const slow = new WebSocket(`${server.url}?session=load`, [
    'ide-assistant.v1',
    `bearer.${await token()}`,
  ]);
  onEnd(() => slow.terminate());
  const closed = once(slow, 'close');
  await once(slow, 'message');
  slow.pause();

  const before = await server.memory();
  let peak = before.rss;
  let received = 0;
  let measured = Promise.resolve();
  client.on('session_update', ({ details }) => {
    if (String(details['text']).length === chunkBytes) received += 1;
    if (received % 50 !== 0) return;
    measured = measured.then(async () => {
      const { rss } = await server.memory();
      peak = Math.max(peak, rss);
    });
  });
  for (let told = 0; told < chunks; told += chunksOfRequest) {
    await client.request('chat', { message: `flood ${chunksOfRequest} ${chunkBytes}` });
  }
  await measured;

  report.figure('received', received);
  report.figure('growth in MiB', Math.round((peak - before.rss) / 2 ** 20));
  if (received !== chunks) {
    report.violation(`the fast reader got ${received} of ${chunks} pieces`);
  }
  if (peak - before.rss > maxGrowthBytes) {
    report.violation(`the server grew by ${peak - before.rss} bytes beside a slow reader`);
  }
  const { connections } = await server.memory();
  if (connections !== 1) report.violation('the slow reader was not closed');
  else {
    slow.resume();
    await closed;
  }
}

/** What streams waits for the slow one, until that is closed for it. */
export const slowStream: Scenario = (context) =>
  besideSlowReader(context, { slowBytes: 262_144, slowMs: 1_000, unsentBytes: unreached }, 100);

/** What does not wait meets the hard limit of the slow one. */
export const slowEvents: Scenario = (context) =>
  besideSlowReader(context, { slowBytes: unreached, unsentBytes: 2 * 2 ** 20 }, 5);
