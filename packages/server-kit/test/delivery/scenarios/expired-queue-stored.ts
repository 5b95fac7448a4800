import { mock } from 'node:test';
import { endingOf, statusOf } from '../own-client.ts';
import { newOrigin, openPage, type Origin, type Page } from '../page.ts';
import type { Scenario } from '../scenario.ts';
import { startServer } from '../server.ts';
import { soonIn, until } from '../soon.ts';

const hourMs = 3_600_000;

/** F11: what an earlier page has left is rejected and never sent once it is older than a day. */
export const expiredStored: Scenario = async (context) => {
  const { report, onEnd } = context;
  const soon = soonIn(context);
  const server = await startServer();
  onEnd(() => server.close());
  mock.timers.enable({ apis: ['Date'], now: Date.now() });
  onEnd(() => mock.timers.reset());

  /** Lets the world grow older; timers stand still, as if the machine slept. */
  const later = (ms: number, page?: Page) => {
    mock.timers.setTime(Date.now() + ms);
    page?.clock.sleep(ms, 'stand still');
  };
  const open = (origin: Origin, online = true, maxAgeMs?: number) =>
    openPage(context, server.url, origin, { online, maxAgeMs });
  const ask = ({ client }: Page, name: string) => {
    client.request('chat', { message: `effect ${name}` }).catch(() => undefined);
  };
  /** A page that is off the line, asks, and goes away. */
  const leaves = async (origin: Origin, ...names: readonly [string, afterMs: number][]) => {
    const page = await open(origin, false);
    for (const [count, [name, afterMs]] of names.entries()) {
      ask(page, name);
      await soon(
        `${name} to be stored`,
        until(() => origin.stored.length > count),
      );
      later(afterMs, page);
    }
    page.end();
  };
  const goOnline = async ({ client, clock, environment }: Page) => {
    environment.online = true;
    environment.wake();
    await clock.pass(0);
    await soon('a connection', statusOf(client, 'connected'));
  };
  const check = async (
    { restored, sentIds }: Page,
    index: number,
    ...expected: readonly string[]
  ) => {
    const found = restored[index];
    if (!found) return report.violation(`nothing was found at ${index}`);
    const name = JSON.stringify(found.input);
    const ended = await soon(`the end of ${name}`, endingOf(found.result));
    if (!expected.includes(ended)) report.violation(`${name} ended in ${ended}`);
    const isSent = sentIds().includes(found.requestId);
    if (isSent !== expected.includes('done')) {
      report.violation(`${name} was ${isSent ? '' : 'not '}sent`);
    }
    report.add(expected.includes('done') ? 'done' : 'rejected');
  };

  const reopened = newOrigin();
  await leaves(reopened, ['old', 23 * hourMs], ['young', 2 * hourMs]);
  const page = await open(reopened);
  await check(page, 0, 'expired');
  await check(page, 1, 'done');
  await soon(
    'the storage to be empty',
    until(() => reopened.stored.length === 0),
  );

  const hasty = newOrigin();
  await leaves(hasty, ['late', hourMs], ['soon-enough', hourMs]);
  const hastyPage = await open(hasty, true, 90 * 60_000);
  await check(hastyPage, 0, 'expired');
  await check(hastyPage, 1, 'done');

  // Young enough when the page is opened, and too old when there is a network.
  const slept = newOrigin();
  await leaves(slept, ['slept', 23 * hourMs]);
  const sleeper = await open(slept, false);
  later(2 * hourMs, sleeper);
  await goOnline(sleeper);
  await check(sleeper, 0, 'expired');

  const waited = newOrigin();
  await leaves(waited, ['waited', 23 * hourMs]);
  const waiter = await open(waited, false);
  mock.timers.setTime(Date.now() + 2 * hourMs);
  // Its time runs out before there is a network.
  await waiter.clock.pass(2 * hourMs);
  await goOnline(waiter);
  await check(waiter, 0, 'expired', 'timeout');

  const happened = (await server.effects()).join(' ');
  if (happened !== 'young soon-enough') report.violation(`effects: ${happened}`);
};
