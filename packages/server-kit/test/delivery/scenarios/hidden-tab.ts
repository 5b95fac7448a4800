import { token } from '../../support/tokens.ts';
import { watchEvents } from '../load.ts';
import { endingOf, ownClient, statusOf, type OwnClient } from '../own-client.ts';
import { startOwnKit, type OwnKit } from '../own-kit.ts';
import type { Scenario, ScenarioContext } from '../scenario.ts';
import { soonIn } from '../soon.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;

interface Stage extends OwnClient {
  kit: OwnKit;
  /** Times at which a connection of the server ended. */
  dropped: number;
  published: number;
  publish(): void;
  /** Lets time pass for both sides alike; what is sent on the way arrives before more time passes. */
  pass(ms: number): Promise<void>;
}

/** A page that is connected and then hidden. */
async function hide(context: ScenarioContext): Promise<Stage> {
  const kit = await startOwnKit(context);
  const jwt = await token({ expiresIn: 86_400 });
  const own = await ownClient(context, kit.url, { token: jwt });
  watchEvents(own.client, context.report);
  const stage: Stage = {
    ...own,
    kit,
    dropped: 0,
    published: 0,
    publish() {
      stage.published += 1;
      kit.kit.publish('mine', 'session_update', {
        update_type: 'tick',
        details: { count: stage.published },
      });
    },
    async pass(ms) {
      for (let left = ms; left > 0; left -= 1_000) {
        const stepMs = Math.min(1_000, left);
        await kit.pass(stepMs);
        await own.clock.pass(stepMs);
        await own.tap.settled();
      }
    },
  };
  kit.kit.on('connection', ({ open }) => {
    if (!open) stage.dropped += 1;
  });
  own.client.connect();
  await soonIn(context)('a connection', statusOf(own.client, 'connected'));
  own.environment.hidden = true;
  own.environment.wake();
  return stage;
}

/** Checks that neither side gave the other up, and that all that was told has come. */
async function checkHour(context: ScenarioContext, stage: Stage): Promise<void> {
  const { report } = context;
  const { client, dropped, published, statuses, tap } = stage;
  const ended = statuses.find(({ state }) => !/^connect/.test(state));
  if (ended) report.violation(`the client gave up: ${JSON.stringify(ended)}`);
  if (dropped > 0) report.violation(`the server dropped the tab ${dropped} times`);
  const arrived = tap.all('down', 'session_update').length;
  if (arrived !== published) report.violation(`${arrived} of ${published} events arrived`);
  if (client.status.state !== 'connected') return;
  const answer = soonIn(context)('an answer', endingOf(client.request('quarantine_list', {})));
  if ((await answer) !== 'done') report.violation('a request was not answered');
  report.figure('published', published);
  report.figure('sockets', tap.opened.length);
  report.figure('pings', tap.all('down', 'ping').length);
}

/** F15: for an hour the timers of the tab fire once a minute; what arrives is handled at once. */
export const hiddenTab: Scenario = async (context) => {
  const stage = await hide(context);
  stage.clock.throttleMs = minuteMs;
  for (let passedMs = 0; passedMs < hourMs; passedMs += 20_000) {
    await stage.pass(20_000);
    stage.publish();
    await stage.tap.settled();
  }
  await checkHour(context, stage);
};

/** F15: for an hour the whole tab gets to run once in a minute or a little more. */
export const stalledTab: Scenario = async (context) => {
  const stage = await hide(context);
  const { clock, kit, tap } = stage;
  for (let passedMs = 0; passedMs < hourMs;) {
    const stallMs = minuteMs + Math.floor(context.random() * 10_000);
    tap.isHeld = true;
    clock.sleep(stallMs, 'count');
    await kit.pass(stallMs);
    stage.publish();
    await tap.settled();
    // What has arrived is handled, and then the timers that are overdue.
    tap.isHeld = false;
    await clock.pass(0);
    await tap.settled();
    passedMs += stallMs;
  }
  await checkHour(context, stage);
};

/** F15: the socket of a hidden tab is lost; it comes back when somebody looks, and not before. */
export const hiddenTabCut: Scenario = async (context) => {
  const { report } = context;
  const soon = soonIn(context);
  const stage = await hide(context);
  const { client, clock, environment, kit, tap } = stage;
  clock.throttleMs = minuteMs;
  // Another tab keeps the session busy meanwhile.
  const other = await ownClient(context, kit.url, { token: await token({ expiresIn: 86_400 }) });
  await soon('another tab', other.client.request('ping', {}));
  await stage.pass(2 * minuteMs);
  tap.cut();
  await soon('the loss', statusOf(client, 'reconnecting'));
  const asked = client.request('file_save', { path: 'a.txt', content: 'a' });
  await stage.pass(10 * minuteMs);
  stage.publish();
  if (tap.opened.length > 1) report.violation('a tab that nobody sees connected again');

  environment.hidden = false;
  clock.throttleMs = 0;
  environment.wake();
  await clock.pass(0);
  await soon('a connection once it is seen', statusOf(client, 'connected'));
  if ((await soon('an answer', endingOf(asked))) !== 'done') report.violation('asked in vain');
  await tap.settled();
  const arrived = tap.all('down', 'session_update').length;
  if (arrived !== 1) report.violation(`the event that was missed came ${arrived} times`);
  report.figure('sockets', tap.opened.length);
};
