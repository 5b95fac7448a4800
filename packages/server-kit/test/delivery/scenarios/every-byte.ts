import { startOffsetProxy, type Direction } from '../faults/offset-proxy.ts';
import { checkEffects, loadClient, watchEvents } from '../load.ts';
import type { Scenario } from '../scenario.ts';
import { startServer } from '../server.ts';

/**
 * F2: the connection is cut after each single byte of a request on its way up, and after each single byte
 * of what comes down for it: its events and its reply. Each time the reply arrives all the same, and the
 * server has the effect once.
 */
export const everyByte: Scenario = async ({ report, requests, stallMs, onEnd }) => {
  // A heartbeat would be counted among the bytes of the request.
  const server = await startServer({ limits: { heartbeatMs: 0 } });
  onEnd(() => server.close());
  const proxy = await startOffsetProxy(server.port);
  onEnd(() => proxy.close());
  const client = await loadClient(proxy.url, { timeoutMs: stallMs, random: () => 0 });
  onEnd(() => client.close());
  watchEvents(client, report);
  await client.request('ping', {});

  const effects: string[] = [];
  const expectEffect = async (name: string): Promise<void> => {
    effects.push(name);
    const { message } = await client.request('chat', { message: `effect ${name}` });
    if (message.content !== `done with ${name}`) {
      report.violation(`effect ${name} was answered by “${message.content}”`);
    }
  };

  /** Cuts one byte later with each request, until one has come and gone without reaching the cut. */
  const cutAtEach = async (direction: Direction): Promise<void> => {
    for (let offset = 0; offset < requests && report.violations.length === 0; offset += 1) {
      const cutsBefore = proxy.cuts;
      const name = `${direction}${`${offset}`.padStart(5, '0')}`;
      proxy.cutAfter(direction, offset);
      try {
        await expectEffect(name);
      } catch (error) {
        report.violation(`cut after byte ${offset} ${direction}: ${String(error)}`);
      }
      if (proxy.cuts === cutsBefore) return;
      report.add(`cut ${direction}`);
    }
  };
  await cutAtEach('up');
  await cutAtEach('down');
  report.figure('answered', effects.length);
  checkEffects(
    report,
    { answered: effects.length, effects, interrupted: [] },
    await server.effects(),
  );
};
