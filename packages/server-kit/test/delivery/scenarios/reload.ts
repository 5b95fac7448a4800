import type { OutputOf } from '@ide-assistant/sdk/protocol';
import { startFrameProxy } from '../faults/frame-proxy.ts';
import { endingOf, statusOf } from '../own-client.ts';
import { newOrigin, openPage, type Page } from '../page.ts';
import type { Scenario } from '../scenario.ts';
import { startServer } from '../server.ts';
import { soonIn, until } from '../soon.ts';

const reloads = 12;
/** Words of a stream that is still running when its page is reloaded. */
const words = 40;

/**
 * F9: a page asks, on the line and off it, and is reloaded before it has an answer; the next page finds
 * what is left, and has the same done once.
 */
export const reload: Scenario = async (context) => {
  const { report, random, onEnd } = context;
  const soon = soonIn(context);
  const server = await startServer();
  onEnd(() => server.close());
  const proxy = await startFrameProxy(server.url);
  onEnd(() => proxy.close());
  const origin = newOrigin();
  const expected: string[] = [];
  const hasty: string[] = [];
  const several = () => 1 + Math.floor(random() * 4);
  const identityOf = ({ tap }: Page) => {
    const { searchParams } = tap.opened.at(-1) ?? new URL('ws://nowhere');
    return `${searchParams.get('client')} in ${searchParams.get('session')}`;
  };
  const ask = ({ client }: Page, name: string) => {
    expected.push(name);
    client.request('chat', { message: `effect ${name}` }).catch(() => undefined);
  };

  let page = await openPage(context, proxy.url, origin);
  await soon('a first connection', page.client.request('ping', {}));
  const identity = identityOf(page);
  for (let round = 0; round < reloads; round += 1) {
    // What is asked for arrives and takes effect, but no reply comes back.
    proxy.fault = (frame, direction) =>
      direction === 'down' && frame.includes('"ai_response"') ? [] : [frame];
    page.client.request('chat', { message: `count ${words} 2` }).catch(() => undefined);
    const names = Array.from({ length: several() }, (_, index) => `r${round}-sent-${index}`);
    for (const name of names) ask(page, name);
    const takesEffect = random() < 0.5;
    await soon(
      'the requests to be stored',
      until(() => origin.stored.length > names.length),
    );
    if (takesEffect) {
      let happened: string[] = [];
      const look = async () => {
        while (!names.every((name) => happened.includes(name))) happened = await server.effects();
      };
      await soon('the effects', look());
    }
    if (random() < 0.7) {
      page.environment.online = false;
      page.environment.wake();
      const waiting = several();
      for (let index = 0; index < waiting; index += 1) ask(page, `r${round}-offline-${index}`);
      const all = 1 + names.length + waiting;
      await soon(
        'the requests to be stored',
        until(() => origin.stored.length >= all),
      );
    }
    const asked = [...origin.stored];
    // Nothing is known of what is asked in the last moment, but that it does not happen twice.
    hasty.push(`r${round}-hasty`);
    page.client.request('chat', { message: `effect r${round}-hasty` }).catch(() => undefined);
    page.end();
    proxy.fault = (frame) => [frame];

    page = await openPage(context, proxy.url, origin);
    const { restored } = page;
    if (restored.map(({ requestId }) => requestId).join() !== asked.join()) {
      report.violation(`of ${asked.length} requests ${restored.length} were found again`);
    }
    for (const { input, result, requestId } of restored) {
      const { message } = input as { message: string };
      const ended = await soon(`the end of ${message}`, endingOf(result));
      if (ended !== 'done') report.violation(`${message} ended in ${ended}`);
      else if (contentOf(await result) !== answerTo(message)) {
        report.violation(`${message} was answered by “${contentOf(await result)}”`);
      }
      if (!page.sentIds().includes(requestId)) report.violation('it was sent under another id');
      report.add('restored');
    }
    await soon('a connection', statusOf(page.client, 'connected'));
    if (identityOf(page) !== identity) report.violation(`the page became ${identityOf(page)}`);
    await soon(
      'the storage to be empty',
      until(() => origin.stored.length === 0),
    );
    report.add('reloads');
  }

  const effects = await server.effects();
  for (const name of expected) {
    const times = effects.filter((effect) => effect === name).length;
    if (times !== 1) report.violation(`${name}: ${times} effects`);
  }
  for (const name of hasty) {
    const times = effects.filter((effect) => effect === name).length;
    if (times > 1) report.violation(`${name}: ${times} effects`);
  }
  report.figure('effects', effects.length);
};

/** What the server's assistant says to that. */
function answerTo(message: string): string {
  const [kind, argument] = message.split(' ');
  if (kind === 'effect') return `done with ${argument}`;
  return Array.from({ length: Number(argument) }, (_, word) => `w${word} `).join('');
}

function contentOf(reply: unknown): string {
  return (reply as OutputOf<'chat'>).message.content;
}
