import { setImmediate as nextTurn } from 'node:timers/promises';
import { createClient, type Client, type Status } from '@ide-assistant/sdk';
import { WebSocket } from 'ws';
import { token } from '../../support/tokens.ts';
import type { Scenario, ScenarioContext } from '../scenario.ts';
import { startServer } from '../server.ts';
import { createSteppedClock } from '../stepped-clock.ts';

const size = 1_000;
/** Clients that connect at a time at the very beginning, which is no part of what is measured. */
const batch = 100;
const stepMs = 100;
/** Largest share of all clients that may open a socket within one step, where the server has spread them. */
const maxShare = 0.08;
/** Longest delay of a client, and some; who is not back by then will not come. */
const patienceMs = 60_000;

/**
 * F16: a thousand clients lose their server, each in a session of its own. After a graceful stop, which
 * tells each when to come back, no tenth of a second sees more than 8 % of them; all come back in the end.
 */
export const herd: Scenario = async (context) => {
  const { report } = context;
  const { server, outage } = await gather(context);
  const { peak, backMs } = await outage(server.stop, 1_000);
  report.figure('peak', peak);
  report.figure('all back', backMs);
  if (peak > size * maxShare) {
    report.violation(`${peak} of ${size} clients came within ${stepMs} ms after a graceful stop`);
  }
};

/** F16: the same after a crash, where nobody can tell them when to come back. All do; the peaks are counted. */
export const herdAfterCrash: Scenario = async (context) => {
  const { report } = context;
  const { server, outage } = await gather(context);
  for (const downMs of [1_000, 10_000]) {
    const { peak, peakOnceUp, backMs } = await outage(server.kill, downMs);
    report.figure(`peak, down for ${downMs} ms`, peak);
    report.figure(`peak once up, down for ${downMs} ms`, peakOnceUp);
    report.figure(`all back, down for ${downMs} ms`, backMs);
  }
};

/** Connects the clients to a server of their own, which can then be taken away from them. */
async function gather(context: ScenarioContext) {
  const { report, seed, onEnd } = context;
  // The clock of the clients does not move along with that of the server, which must not take them for dead.
  const server = await startServer({ limits: { heartbeatMs: 0 }, seed });
  onEnd(() => server.close());
  const crowd = await connectAll(context, server.url);
  return {
    server,
    /** Ends the server for so long; tells how many sockets a step has opened at most until all are back. */
    async outage(end: () => Promise<void>, downMs: number) {
      const lost = crowd.all('reconnecting');
      await end();
      await lost;
      const inVain = await crowd.pass(downMs);
      await server.start();
      const welcome = await crowd.pass(patienceMs, () => crowd.count('connected') === size);
      const back = crowd.count('connected');
      if (back < size) report.violation(`${size - back} clients did not come back`);
      // The next outage shall meet connections that have lasted.
      await crowd.pass(10_000);
      return {
        peak: Math.max(...inVain, ...welcome),
        peakOnceUp: Math.max(...welcome),
        backMs: welcome.length * stepMs,
      };
    },
  };
}

/** Connects the clients; they share a clock that is moved by hand. */
async function connectAll({ report, random, onEnd }: ScenarioContext, url: string) {
  const jwt = await token();
  const clock = createSteppedClock();
  const counts = new Map<Status['state'], number>();
  const waiting = new Set<() => void>();
  let opened = 0;

  class CountedSocket extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols, { perMessageDeflate: false });
      opened += 1;
    }
  }

  const count = (state: Status['state']) => counts.get(state) ?? 0;
  const when = (isTrue: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!isTrue()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  const follow = (client: Client) => {
    let before: Status['state'] = 'idle';
    client.on('status', ({ state }) => {
      counts.set(before, count(before) - 1);
      counts.set(state, count(state) + 1);
      before = state;
      for (const check of [...waiting]) check();
    });
  };
  const settled = () => when(() => count('connecting') === 0);

  for (let first = 0; first < size; first += batch) {
    for (let index = first; index < first + batch; index += 1) {
      const client = createClient({
        ...{ url, clock, random, WebSocket: CountedSocket, token: () => jwt },
        sessionId: `herd-${index}`,
      });
      onEnd(() => client.close());
      follow(client);
      client.connect();
    }
    await settled();
  }
  if (count('connected') < size) report.violation('not all clients could connect');

  return {
    count,
    all: (state: Status['state']) => when(() => count(state) === size),
    /** Lets time pass; tells how many sockets each step has opened. */
    async pass(ms: number, isOver: () => boolean = () => false): Promise<number[]> {
      const steps: number[] = [];
      for (let passedMs = 0; passedMs < ms && !isOver(); passedMs += stepMs) {
        const before = opened;
        clock.step(stepMs);
        // A client asks for its token before it opens a socket.
        await nextTurn();
        await settled();
        steps.push(opened - before);
      }
      return steps;
    },
  };
}
