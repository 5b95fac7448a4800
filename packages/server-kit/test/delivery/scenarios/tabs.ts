import { startFrameProxy } from '../faults/frame-proxy.ts';
import { endingOf, statusOf } from '../own-client.ts';
import { newOrigin, openPage, type Page } from '../page.ts';
import type { Scenario } from '../scenario.ts';
import { startServer } from '../server.ts';
import { soonIn, until } from '../soon.ts';

const rounds = 6;

/** F10: two tabs are opened at once and find the same requests; each is done once and answered to both. */
export const tabs: Scenario = async (context) => {
  const { report, random, onEnd } = context;
  const soon = soonIn(context);
  const server = await startServer();
  onEnd(() => server.close());
  const proxy = await startFrameProxy(server.url);
  onEnd(() => proxy.close());
  const expected: string[] = [];
  const ask = ({ client }: Page, name: string) => {
    expected.push(name);
    return endingOf(client.request('chat', { message: `effect ${name}` }));
  };
  const clientIds = (pages: readonly Page[]) =>
    new Set(pages.flatMap(({ tap }) => tap.opened.map((url) => url.searchParams.get('client'))));

  for (let round = 0; round < rounds; round += 1) {
    const origin = newOrigin();
    // The very first visit may be by two tabs at once as well.
    const first = await Promise.all([1, 2].map(() => openPage(context, proxy.url, origin)));
    await soon('both tabs', Promise.all(first.map(({ client }) => client.request('ping', {}))));
    proxy.fault = (frame, direction) =>
      direction === 'down' && frame.includes('"ai_response"') ? [] : [frame];
    // Of the two tabs, one may live on while others find what it waits for.
    const lives = random() < 0.5;
    const endings: Promise<string>[] = [];
    for (const [tab, page] of first.entries()) {
      const sent = ask(page, `${round}-${tab}-sent`);
      if (tab === 0) endings.push(sent);
      if (random() < 0.5) continue;
      page.environment.online = false;
      page.environment.wake();
      const waiting = ask(page, `${round}-${tab}-offline`);
      if (tab === 0) endings.push(waiting);
    }
    const asked = expected.filter((name) => name.startsWith(`${round}-`)).length;
    await soon(
      'the requests to be stored',
      until(() => origin.stored.length === asked),
    );
    for (const page of lives ? first.slice(1) : first) page.end();
    const second = await Promise.all([1, 2].map(() => openPage(context, proxy.url, origin)));
    // Only now, or the tab that lives could be answered before the others have looked.
    proxy.fault = (frame) => [frame];
    for (const { restored } of second) {
      if (restored.length !== asked) report.violation(`a tab found ${restored.length} of ${asked}`);
      for (const { input, result } of restored) {
        const ended = await soon(`the end of ${JSON.stringify(input)}`, endingOf(result));
        if (ended !== 'done') report.violation(`${JSON.stringify(input)} ended in ${ended}`);
        report.add('restored');
      }
    }
    const [survivor] = lives ? first : [];
    if (survivor) {
      await soon('the tab that lives to reconnect', comesBack(survivor));
      const ended = await soon('an answer for the tab that lives', Promise.all(endings));
      if (ended.some((each) => each !== 'done'))
        report.violation(`its requests ended in ${ended.join()}`);
      report.add('survivors');
    }
    // Afterwards each goes on by itself.
    for (const [tab, page] of second.entries()) {
      const ended = await soon('an answer', ask(page, `${round}-${tab}-after`));
      if (ended !== 'done') report.violation(`a tab asked in vain: ${ended}`);
    }
    const ids = clientIds([...first, ...second]);
    if (ids.size !== 1) report.violation(`the tabs called themselves ${[...ids].join(' and ')}`);
    await soon(
      'the storage to be empty',
      until(() => origin.stored.length === 0),
    );
  }

  const effects = await server.effects();
  for (const name of expected) {
    const times = effects.filter((effect) => effect === name).length;
    if (times !== 1) report.violation(`${name}: ${times} effects`);
  }
  report.figure('effects', effects.length);
};

/** Lets a tab reconnect whose replies went astray. */
async function comesBack({ clock, environment, tap, client }: Page): Promise<void> {
  tap.cut();
  if (environment.online) await statusOf(client, 'reconnecting');
  environment.online = true;
  environment.wake();
  await clock.pass(20_000);
  await statusOf(client, 'connected');
}
