import { createClient, type Client } from '@ide-assistant/sdk';
import { WebSocket } from 'ws';
import { token } from '../../support/tokens.ts';
import { holdings, openPage, type Holdings } from '../at-rest.ts';
import { statusOf } from '../own-client.ts';
import type { Report } from '../report.ts';
import type { Scenario, ScenarioContext } from '../scenario.ts';
import { startServer } from '../server.ts';

/** Clients that are open at a time, below what a session takes of connections. */
const lanes = 8;
/** What a heap may grow by and it is no leak: caches, compiled code, what a collection leaves, bytes. */
const slackBytes = 2 ** 20;
/** What may be left of a cycle, bytes; a client or a connection takes some thousand. */
const bytesPerCycle = 50;

/**
 * F20: ten thousand connections are opened and closed. In the end neither side holds more than after the
 * first two thousand: no memory, listener, timer, socket, connection or session.
 *
 * @param clientsOf Makes the clients of one lane, one for each of its cycles.
 */
async function openAndClose(
  { report, requests, stallMs, onEnd }: ScenarioContext,
  lanesAtATime: number,
  clientsOf: (create: (sessionId: string) => Client) => (cycle: number) => Client,
): Promise<void> {
  const server = await startServer({ limits: { sessionIdleMs: 1, heartbeatMs: 0 } });
  onEnd(() => server.close());
  const page = openPage();
  onEnd(() => page.close());
  const jwt = await token();
  const clientOf = clientsOf((sessionId) =>
    createClient({
      ...{ url: server.url, sessionId, token: () => jwt },
      WebSocket,
    }),
  );

  let cycle = 0;
  const cycleUntil = async (end: number): Promise<void> => {
    while (cycle < end && report.violations.length === 0) {
      cycle += 1;
      const client = clientOf(cycle);
      const connected = statusOf(client, 'connected');
      client.connect();
      const closed = statusOf(client, 'closed');
      const first = await Promise.race([connected, closed]);
      if (first.state === 'closed') report.violation(`closed with ${first.code} ${first.reason}`);
      client.close();
      await closed;
    }
  };
  const run = (end: number) =>
    Promise.all(Array.from({ length: lanesAtATime }, () => cycleUntil(end)));

  await run(requests / 5);
  const early = await holdings(server, page, stallMs);
  await run(requests);
  const late = await holdings(server, page, stallMs);
  report.figure('cycles', cycle);
  report.figure('connections', (await server.memory()).connections);
  compare(report, early, late, requests - requests / 5);
}

function compare(report: Report, early: Holdings, late: Holdings, cycles: number): void {
  for (const side of ['heap', 'serverHeap'] as const) {
    const growth = late[side] - early[side];
    report.figure(`${side} bytes per cycle`, Math.round(growth / cycles));
    if (growth > slackBytes + bytesPerCycle * cycles) {
      report.violation(`${side} has grown by ${growth} bytes in ${cycles} cycles`);
    }
  }
  for (const name of new Set([...Object.keys(early.counts), ...Object.keys(late.counts)])) {
    const [before = 0, after = 0] = [early.counts[name], late.counts[name]];
    report.figure(name, after);
    if (after > before) report.violation(`${name}: ${after} instead of ${before}`);
  }
}

/** A client for each cycle, all of one session. */
export const openClose: Scenario = (context) =>
  openAndClose(context, lanes, (create) => () => create('one'));

/** A client and a session for each cycle. */
export const openCloseSessions: Scenario = (context) =>
  openAndClose(context, lanes, (create) => (cycle) => create(`own-${cycle}`));

/** One client, which is closed and connected again. */
export const reopen: Scenario = (context) =>
  openAndClose(context, 1, (create) => {
    const client = create('one');
    return () => client;
  });
