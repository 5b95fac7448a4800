import { endingOf, ownClient, statusOf, type OwnClient } from '../own-client.ts';
import type { Scenario } from '../scenario.ts';
import { startServer } from '../server.ts';
import { soonIn } from '../soon.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** F11: what waits in a client for longer than a day is rejected and never sent. */
export const expiredQueue: Scenario = async (context) => {
  const { report, onEnd } = context;
  const soon = soonIn(context);
  const server = await startServer();
  onEnd(() => server.close());

  const offline = async (sessionId: string, maxAgeMs?: number) => {
    const own = await ownClient(context, server.url, { sessionId, queue: { maxAgeMs } });
    await soon('a connection', own.client.request('ping', {}));
    own.environment.online = false;
    own.environment.wake();
    return own;
  };
  const ask = ({ client }: OwnClient, name: string) =>
    endingOf(client.request('chat', { message: `effect ${name}` }));
  const goOnline = async ({ client, clock, environment }: OwnClient) => {
    environment.online = true;
    environment.wake();
    await clock.pass(0);
    await soon('a connection', statusOf(client, 'connected'));
  };
  const check = async (name: string, ending: Promise<string>, expected: string) => {
    const ended = await soon(`the end of ${name}`, ending);
    if (ended !== expected) report.violation(`${name} ended in ${ended}, not in ${expected}`);
    report.add(expected);
  };

  const waiting = await offline('waiting');
  const waited = ask(waiting, 'waited');
  await waiting.clock.pass(dayMs);
  // Its caller is told at once, not when there is a network again.
  await check('waited', waited, 'expired');
  await goOnline(waiting);
  await check('afterwards', ask(waiting, 'afterwards'), 'done');

  // Timers stand still while the machine sleeps, so that nothing ends before the reconnect.
  const sleeping = await offline('sleeping');
  const old = ask(sleeping, 'old');
  sleeping.clock.sleep(23 * hourMs, 'stand still');
  const young = ask(sleeping, 'young');
  sleeping.clock.sleep(2 * hourMs, 'stand still');
  const fresh = ask(sleeping, 'fresh');
  await goOnline(sleeping);
  await check('old', old, 'expired');
  await check('young', young, 'done');
  await check('fresh', fresh, 'done');

  const hasty = await offline('hasty', 60_000);
  const late = ask(hasty, 'late');
  hasty.clock.sleep(30_000, 'stand still');
  const soonEnough = ask(hasty, 'soon-enough');
  hasty.clock.sleep(30_001, 'stand still');
  await goOnline(hasty);
  await check('late', late, 'expired');
  await check('soon-enough', soonEnough, 'done');

  const happened = (await server.effects()).toSorted().join(' ');
  if (happened !== 'afterwards fresh soon-enough young') report.violation(`effects: ${happened}`);
};
