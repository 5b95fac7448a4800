import { startFrameProxy } from '../faults/frame-proxy.ts';
import { watchEvents } from '../load.ts';
import { endingOf, ownClient, statusOf } from '../own-client.ts';
import type { Scenario, ScenarioContext } from '../scenario.ts';
import { startServer } from '../server.ts';
import { soonIn } from '../soon.ts';

const sleepMs = 600_000;
/** From the wake, how long the client may take to know what became of its socket, milliseconds. */
const knowsWithinMs = 3_000;
/** After a heartbeat and a half without an answer a timer looks at the socket, milliseconds. */
const looksWithinMs = 45_000;
const words = 150;

interface Night {
  /** What makes the client look at its socket. */
  wokenBy: 'its timer' | 'the page' | 'its timer, later';
  socket: 'dead' | 'alive';
}

/** The machine sleeps for ten minutes in the middle of a stream. */
async function sleeps(context: ScenarioContext, { wokenBy, socket }: Night): Promise<void> {
  const { report, onEnd, random } = context;
  const name = `woken by ${wokenBy}, ${socket}`;
  const soon = soonIn(context);
  const server = await startServer();
  onEnd(() => server.close());
  const proxy = await startFrameProxy(server.url);
  onEnd(() => proxy.close());
  const { client, clock, environment, statuses, tap } = await ownClient(context, proxy.url);
  watchEvents(client, report);

  const halfway = Promise.withResolvers<void>();
  let text = '';
  const reading = (async () => {
    for await (const part of client.stream('chat', { message: `count ${words} 4` })) {
      if (part.type === 'snapshot') ({ text } = part);
      else if (part.type === 'ai_delta') text += part.delta;
      if (text.includes('w20 ')) halfway.resolve();
    }
  })();
  reading.catch(() => undefined);
  await soon(`${name}: a stream`, halfway.promise);
  // Anywhere between two looks at the socket; the first numbers of a small seed are small themselves.
  const [, , , part = 0] = [random(), random(), random(), random()];
  await clock.pass(Math.floor(part * 40_000));
  await tap.settled();

  // What the server says meanwhile is lost on the way; what is asked for in the first moment as well.
  const missed = Promise.withResolvers<void>();
  let lost = 0;
  if (socket === 'dead') {
    proxy.fault = () => {
      lost += 1;
      if (lost > 20) missed.resolve();
      return [];
    };
    await soon(`${name}: something to miss`, missed.promise);
  }
  clock.sleep(sleepMs, wokenBy === 'its timer' ? 'count' : 'stand still');
  const pongs = tap.all('down', 'pong').length;
  const wokeAt = clock.now();
  const effect = client.request('chat', { message: 'effect first-thing' });
  const gaveUp = statusOf(client, 'reconnecting').then(() => clock.now() - wokeAt);
  if (wokenBy === 'the page') environment.wake();
  else await clock.pass(0);

  const patienceMs = (wokenBy === 'its timer, later' ? looksWithinMs : 0) + knowsWithinMs;
  if (socket === 'dead') {
    // What is sent on the next socket arrives.
    client.on('status', ({ state }) => {
      if (state === 'connecting') proxy.fault = (frame) => [frame];
    });
    // No further than it needs to, since a handshake takes its real time.
    while (client.status.state === 'connected' && clock.now() - wokeAt < patienceMs) {
      await clock.pass(100);
    }
    if (client.status.state === 'connected') {
      const claim = `${patienceMs} ms after the wake it takes the socket for alive`;
      return report.violation(`${name}: ${claim}`);
    }
    report.figure('known after ms', await soon(`${name}: the end of the socket`, gaveUp));
    await clock.pass(1_000);
    const { connect } = await soon(`${name}: a new socket`, statusOf(client, 'connected'));
    if (!connect.resumed) report.violation(`${name}: it did not resume`);
  } else {
    await soon(`${name}: an answer to the probe`, tap.seen('down', 'pong', pongs + 1));
    await clock.pass(patienceMs + looksWithinMs / 2);
    if (statuses.some(({ state }) => !/^connect/.test(state)) || tap.opened.length > 1) {
      report.violation(`${name}: a socket that survived was given up`);
    }
  }
  const ended = await soon(`${name}: what was asked for at the wake`, endingOf(effect));
  if (ended !== 'done') report.violation(`${name}: what was asked for ended in ${ended}`);
  await soon(`${name}: the end of the stream`, reading);
  const expected = Array.from({ length: words }, (_, word) => `w${word} `).join('');
  if (text !== expected) report.violation(`${name}: the stream has a hole`);
  const effects = await server.effects();
  if (effects.join() !== 'first-thing') report.violation(`${name}: effects ${effects.join()}`);
  report.figure('sockets', tap.opened.length);
}

/** F14: the sleep counts for timers, so that one is overdue at the wake. */
export const sleepOverdueTimer: Scenario = (context) =>
  sleeps(context, { wokenBy: 'its timer', socket: 'dead' });

/** F14: timers stand still in the sleep; the page tells of the wake. */
export const sleepWakeEvent: Scenario = (context) =>
  sleeps(context, { wokenBy: 'the page', socket: 'dead' });

/** F14: timers stand still and nobody tells of the wake, as in a process without a page. */
export const sleepNoEvent: Scenario = (context) =>
  sleeps(context, { wokenBy: 'its timer, later', socket: 'dead' });

/** F14: the socket has survived, and is kept however the client wakes. */
export const sleepSurvived: Scenario = async (context) => {
  await sleeps(context, { wokenBy: 'its timer', socket: 'alive' });
  await sleeps(context, { wokenBy: 'the page', socket: 'alive' });
};
